/** The three regions: views, what is in the view, and the conversation; on a phone one at a time. */

import { clsx } from 'clsx';
import { MessagesSquare } from 'lucide-react';
import { lazy, Suspense, type JSX } from 'react';
import { useTranslation } from 'react-i18next';

import { ConversationPane, useConversationSoon } from '@/components/conversation/conversation-pane';
import { ConversationsView } from '@/components/conversations/conversations-view';
import { News } from '@/components/shell/news';
import { Overlays } from '@/components/shell/overlays';
import { Rail } from '@/components/shell/rail';
import { useShortcuts } from '@/components/shell/use-shortcuts';
import { EmptyState } from '@/components/ui/empty-state';
import { Loading } from '@/components/ui/loading';
import { Toasts } from '@/components/ui/toasts';
import { CallsProvider } from '@/hooks/use-calls';
import { ChatProvider } from '@/hooks/use-chat';
import { useRoute } from '@/hooks/use-session';

const CallLayer = lazy(async () => ({
  default: (await import('@/components/calls/call-layer')).CallLayer,
}));
const PeopleView = lazy(async () => ({
  default: (await import('@/components/people/people-view')).PeopleView,
}));
const SettingsMenu = lazy(async () => ({
  default: (await import('@/components/settings/settings-menu')).SettingsMenu,
}));
const SettingsSection = lazy(async () => ({
  default: (await import('@/components/settings/settings-section')).SettingsSection,
}));

export function Shell(): JSX.Element {
  return (
    <ChatProvider>
      <CallsProvider>
        <Regions />
        <News />
        <Overlays />
        <Toasts />
        <Suspense fallback={null}>
          <CallLayer />
        </Suspense>
      </CallsProvider>
    </ChatProvider>
  );
}

function Regions(): JSX.Element {
  useShortcuts();
  useConversationSoon();
  const view = useRoute((route) => route.view);
  const isPaneShown = useRoute(
    (route) =>
      route.conversationId !== null || (route.view === 'settings' && route.section !== null),
  );
  return (
    <div className="flex h-dvh flex-col-reverse md:flex-row">
      <Rail isHiddenOnPhone={isPaneShown} />
      <div
        className={clsx(
          'bg-surface border-line min-h-0 min-w-0 flex-col max-md:flex-1 md:flex md:w-80 md:border-r lg:w-90',
          isPaneShown ? 'hidden' : 'flex',
        )}
      >
        <Suspense fallback={<Loading />}>
          {view === 'conversations' && <ConversationsView />}
          {view === 'people' && <PeopleView />}
          {view === 'settings' && <SettingsMenu />}
        </Suspense>
      </div>
      <main
        className={clsx('min-h-0 min-w-0 flex-1 flex-col md:flex', isPaneShown ? 'flex' : 'hidden')}
      >
        {view === 'settings' ? (
          <Suspense fallback={<Loading />}>
            <SettingsSection />
          </Suspense>
        ) : (
          <OpenConversation />
        )}
      </main>
    </div>
  );
}

function OpenConversation(): JSX.Element {
  const { t } = useTranslation();
  const conversationId = useRoute((route) => route.conversationId);
  const messageId = useRoute((route) => route.messageId);
  if (conversationId === null) {
    return (
      <div className="m-auto">
        <EmptyState
          icon={MessagesSquare}
          title={t('conversations.choose')}
          text={t('conversations.chooseText', { keys: 'Ctrl K' })}
        />
      </div>
    );
  }
  return (
    <ConversationPane key={conversationId} conversationId={conversationId} messageId={messageId} />
  );
}
