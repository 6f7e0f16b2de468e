/** One conversation: with whom, what was said, and where one writes. */

'use client';

import type { Conversation } from '@salala/client';
import { CircleAlert, MessageCircleOff } from 'lucide-react';
import { useEffect, useMemo, useRef, useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';

import { ConversationHeader } from '@/components/conversation/conversation-header';
import { DropZone } from '@/components/conversation/drop-zone';
import { HeaderFrame } from '@/components/conversation/header-frame';
import { MessageDialogs } from '@/components/conversation/message-dialogs';
import { MessageList } from '@/components/conversation/message-list';
import { MessageMenu } from '@/components/conversation/message-menu';
import { MessageSkeletons, PaneSkeleton } from '@/components/conversation/pane-skeleton';
import { PaneContext, usePane, useScope } from '@/components/conversation/pane-context';
import { ReactionPicker } from '@/components/conversation/reaction-picker';
import { WriteOrWhyNot } from '@/components/conversation/write-or-why-not';
import { ConnectionState } from '@/components/shell/connection-state';
import { Button } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/empty-state';
import { useChat, useChatActions } from '@/hooks/use-chat';
import { useOpenConversation, type Whereabouts } from '@/hooks/use-open-conversation';
import { useRefusal } from '@/hooks/use-refusal';
import { useMe } from '@/hooks/use-session';
import { ATTACHMENTS_MAX, attachmentsOf } from '@/store/attachments';
import { draftsOf } from '@/store/drafts';
import { createPane } from '@/store/pane';
import { navigate } from '@/store/route';
import { tell } from '@/store/toasts';

/** A message that was jumped to is marked for so long. */
const HIGHLIGHT_MS = 2_000;

type OpenPaneProps = {
  conversationId: string;
  conversation: Conversation | undefined;
  messageId: string | null;
};

export function OpenPane({ conversationId, conversation, messageId }: OpenPaneProps): JSX.Element {
  const { t } = useTranslation();
  const me = useMe();
  const field = useRef<HTMLTextAreaElement>(null);
  const [pane] = useState(() => {
    const unread = conversation?.unreadCount ?? 0;
    return createPane(unread > 0 ? (conversation?.lastReadSeq ?? 0) + 1 : null);
  });
  const attachments = attachmentsOf(conversationId);
  const whereabouts = useOpenConversation(pane, conversationId, conversation, messageId);
  const { jumpTo, jumpToNewest, missingId, onMissed } = whereabouts;
  const scope = useMemo(
    () => ({
      conversationId,
      pane,
      drafts: draftsOf(me.id),
      attachments,
      addFiles: (files: readonly File[]) => {
        const tooMany = attachments.add(files);
        if (tooMany > 0) {
          tell(t('conversation.attachments.tooMany', { count: ATTACHMENTS_MAX }), { isBad: true });
        }
        field.current?.focus();
      },
      jumpTo,
      jumpToNewest,
      focusComposer: () => field.current?.focus(),
    }),
    [conversationId, pane, me.id, attachments, jumpTo, jumpToNewest, t],
  );

  useEffect(() => {
    if (missingId !== null) {
      tell(t('conversation.messageMissing'), { isBad: true });
      onMissed();
    }
  }, [missingId, onMissed, t]);

  // With a mouse one means to write at once; on a phone the keys would hide half the conversation.
  const hasConversation = conversation !== undefined;
  useEffect(() => {
    if (hasConversation && window.matchMedia('(hover: hover)').matches) {
      field.current?.focus();
    }
  }, [hasConversation]);

  return (
    <PaneContext value={scope}>
      {conversation === undefined ? (
        <Unknown conversationId={conversationId} />
      ) : (
        <>
          <ConversationHeader conversation={conversation} />
          <div className="bg-surface md:hidden">
            <ConnectionState />
          </div>
          <DropZone onFiles={scope.addFiles}>
            <Messages conversation={conversation} whereabouts={whereabouts} />
            <WriteOrWhyNot conversation={conversation} field={field} />
          </DropZone>
          <MessageMenu conversation={conversation} />
          <ReactionPicker />
          <MessageDialogs />
          <HighlightEnd />
        </>
      )}
    </PaneContext>
  );
}

type MessagesProps = { conversation: Conversation; whereabouts: Whereabouts };

/** The list; before it is there its shape, or why it is not. */
function Messages({ conversation, whereabouts }: MessagesProps): JSX.Element {
  const { t } = useTranslation();
  const refusal = useRefusal();
  const { loadNewest } = useChatActions();
  const { id } = conversation;
  const isWaiting = useChat(({ timelines }) => {
    const { loading, messages } = timelines[id] ?? { loading: 'window', messages: [] };
    return loading === 'window' && messages.length === 0;
  });
  const error = useChat(({ timelines }) => timelines[id]?.error ?? null);
  if (isWaiting && error !== null) {
    return (
      <div role="alert" className="m-auto">
        <EmptyState icon={CircleAlert} title={t('conversation.failed.title')} text={refusal(error)}>
          <Button onClick={() => void loadNewest(id)}>{t('common.retry')}</Button>
        </EmptyState>
      </div>
    );
  }
  return isWaiting ? (
    <MessageSkeletons />
  ) : (
    <MessageList conversation={conversation} whereabouts={whereabouts} />
  );
}

/** A conversation that is not among one's own, or not any more. */
function Unknown({ conversationId }: { conversationId: string }): JSX.Element {
  const { t } = useTranslation();
  const refusal = useRefusal();
  const error = useChat(({ timelines }) => timelines[conversationId]?.error ?? null);
  const isWaiting = useChat(({ status }) => status !== 'failed') && error === null;
  const wasThere = useChat(({ activeConversationId }) => activeConversationId === null);
  if (isWaiting && !wasThere) {
    return <PaneSkeleton />;
  }
  return (
    <>
      <HeaderFrame />
      <div className="m-auto" role="alert">
        <EmptyState
          icon={MessageCircleOff}
          title={t('conversation.notThere')}
          text={error?.mayRetry === true ? refusal(error) : t('conversation.notThereText')}
        >
          <Button
            onClick={() => {
              navigate({});
            }}
          >
            {t('conversations.back')}
          </Button>
        </EmptyState>
      </div>
    </>
  );
}

/** Takes the mark from a message that was jumped to. */
function HighlightEnd(): null {
  const { pane } = useScope();
  const highlighted = usePane((state) => state.highlighted);
  useEffect(() => {
    const timer = setTimeout(() => {
      pane.setState({ highlighted: null });
    }, HIGHLIGHT_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [pane, highlighted]);
  return null;
}
