/** Opens a conversation where its reader left off, or at the message that a link names, and moves about in it. */

import { SalalaError, type Conversation } from '@salala/client';
import { useCallback, useEffect, useRef, useState } from 'react';

import { useIsAttentive } from '@/hooks/use-attention';
import { useChat, useChatActions, useConnection } from '@/hooks/use-chat';
import type { PaneStore } from '@/store/pane';
import { api } from '@/store/session';

/** So many unread messages come with the newest page. */
const UNREAD_IN_PAGE = 40;

/** What is to be shown as soon as it is here: a message, the first unread one, or the newest. */
export type Wanted = { messageId: string } | 'unread' | 'newest';

export type Whereabouts = {
  wanted: Wanted | null;
  /** Says that it is shown. */
  onShown: () => void;
  /** The message that was looked for and is not there. */
  missingId: string | null;
  onMissed: () => void;
  /** Shows a message, wherever it stands; gives whether it is there. */
  jumpTo: (messageId: string) => void;
  jumpToNewest: () => void;
};

/** Opens it, and closes it when the component goes. */
export function useOpenConversation(
  pane: PaneStore,
  conversationId: string,
  conversation: Conversation | undefined,
  messageId: string | null,
): Whereabouts {
  const { openConversation, closeConversation, loadAround, loadNewest } = useChatActions();
  const timeline = useChat((state) => state.timelines[conversationId]);
  const [missingId, setMissingId] = useState<string | null>(null);
  const [begin] = useState(() => ({
    unreadCount: conversation?.unreadCount ?? 0,
    around: (conversation?.lastReadSeq ?? 0) + 1,
    messageId,
  }));
  const [wanted, setWanted] = useState<Wanted | null>(() => {
    if (messageId !== null) {
      return null;
    }
    return begin.unreadCount > 0 ? 'unread' : 'newest';
  });

  const find = useCallback(
    async (id: string): Promise<void> => {
      try {
        const message = await api('GET /messages/{id}', { path: { id } });
        if (message.conversationId !== conversationId) {
          setMissingId(id);
          return;
        }
        await loadAround(conversationId, message.seq);
        setWanted({ messageId: id });
      } catch (thrown) {
        const isGone =
          thrown instanceof SalalaError && ['not_found', 'forbidden'].includes(thrown.code);
        setMissingId(isGone ? id : null);
      }
    },
    [conversationId, loadAround],
  );

  useEffect(() => {
    const isFar = begin.unreadCount > UNREAD_IN_PAGE && begin.messageId === null;
    void openConversation(conversationId, isFar ? { around: begin.around } : {});
    return closeConversation;
  }, [conversationId, begin, openConversation, closeConversation]);

  // A chat that is being brought up to date loads its window anew, which would lead away from the message.
  const isOnline = useConnection(({ status }) => status === 'online');
  const isCurrent = useChat(({ status }) => status === 'current') && isOnline;
  const foundId = useRef<string | null>(null);
  useEffect(() => {
    if (messageId !== null && isCurrent && foundId.current !== messageId) {
      foundId.current = messageId;
      void find(messageId);
    }
  }, [messageId, isCurrent, find]);

  const latest = useRef(timeline);
  useEffect(() => {
    latest.current = timeline;
  }, [timeline]);
  useUnreadLine(pane, conversation);

  return {
    wanted,
    onShown: useCallback(() => {
      setWanted(null);
    }, []),
    missingId,
    onMissed: useCallback(() => {
      setMissingId(null);
    }, []),
    jumpTo: useCallback(
      (id) => {
        if (latest.current?.messages.some((message) => message.id === id)) {
          setWanted({ messageId: id });
        } else {
          void find(id);
        }
      },
      [find],
    ),
    jumpToNewest: useCallback(() => {
      const isElsewhere = latest.current?.hasNewer === true;
      void (isElsewhere ? loadNewest(conversationId) : Promise.resolve()).then(() => {
        setWanted('newest');
      });
    }, [conversationId, loadNewest]),
  };
}

/** Draws the line anew when something comes while nobody looks. */
function useUnreadLine(pane: PaneStore, conversation: Conversation | undefined): void {
  const isAttentive = useIsAttentive();
  const hasUnread = (conversation?.unreadCount ?? 0) > 0;
  const lastReadSeq = conversation?.lastReadSeq ?? 0;
  const hadUnread = useRef(hasUnread);
  useEffect(() => {
    if (hasUnread && !hadUnread.current && !isAttentive) {
      pane.setState({ unreadFrom: lastReadSeq + 1 });
    }
    hadUnread.current = hasUnread;
  }, [pane, hasUnread, isAttentive, lastReadSeq]);
}
