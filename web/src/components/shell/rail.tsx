/** The views, at the side, or on a phone below. */

import { clsx } from 'clsx';
import { MessageCircle, Settings, Users, type LucideIcon } from 'lucide-react';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';

import { AccountMenu } from '@/components/shell/account-menu';
import { CountBadge } from '@/components/ui/count-badge';
import { Logo } from '@/components/ui/logo';
import { Tooltip } from '@/components/ui/tooltip';
import { useChat } from '@/hooks/use-chat';
import { useRoute } from '@/hooks/use-session';
import { useUnread } from '@/hooks/use-unread';
import { navigate, route, type View } from '@/store/route';

export function Rail({ isHiddenOnPhone }: { isHiddenOnPhone: boolean }): JSX.Element {
  const { t } = useTranslation();
  const unread = useUnread();
  const requests = useChat((state) => state.friendRequests.length);
  return (
    <nav
      aria-label={t('nav.label')}
      className={clsx(
        'bg-ground border-line shrink-0 items-center gap-1 max-md:justify-around max-md:border-t max-md:px-2 max-md:pt-1 max-md:pb-[max(0.25rem,env(safe-area-inset-bottom))] md:flex md:w-17 md:flex-col md:border-r md:py-3',
        isHiddenOnPhone ? 'hidden' : 'flex',
      )}
    >
      <Logo className="mb-3 size-9 max-md:hidden" />
      <Tab
        view="conversations"
        icon={MessageCircle}
        label={t('nav.conversations')}
        count={unread}
        heard={t('conversations.unread', { count: unread })}
      />
      <Tab
        view="people"
        icon={Users}
        label={t('nav.people')}
        count={requests}
        heard={t('people.waiting', { count: requests })}
      />
      <Tab view="settings" icon={Settings} label={t('nav.settings')} />
      <div className="flex-1 max-md:hidden" />
      <AccountMenu />
    </nav>
  );
}

type TabProps = { view: View; icon: LucideIcon; label: string; count?: number; heard?: string };

function Tab({ view, icon: Icon, label, count = 0, heard }: TabProps): JSX.Element {
  const isShown = useRoute((state) => state.view === view);
  return (
    <Tooltip label={label} side="right">
      <button
        type="button"
        aria-current={isShown ? 'page' : undefined}
        className={clsx(
          'relative flex h-12 flex-col items-center justify-center gap-0.5 rounded-xl transition-colors max-md:min-w-16 max-md:flex-1 md:w-12',
          isShown ? 'bg-selected text-accent' : 'text-muted hover:bg-hover hover:text-text',
        )}
        onClick={() => {
          const { conversationId } = route.getState();
          navigate({ view, conversationId: view === 'settings' ? null : conversationId });
        }}
      >
        <Icon className="size-5.5" strokeWidth={isShown ? 2.2 : 1.9} aria-hidden />
        <span className="text-2xs font-medium md:sr-only">{label}</span>
        {count > 0 && (
          <>
            <CountBadge
              count={count}
              className="ring-ground absolute top-0.5 right-0.5 h-4.5 min-w-4.5 px-1 ring-2 max-md:top-0 max-md:right-[24%]"
            />
            <span className="sr-only">{heard}</span>
          </>
        )}
      </button>
    </Tooltip>
  );
}
