/** Marks as read what somebody has in view and looks at. */

import { useEffect } from 'react';

import { useIsAttentive } from '@/hooks/use-attention';
import { useChat, useChatActions } from '@/hooks/use-chat';

/** `seq` is the newest message in view; 0 while none is. */
export function useReadMarks(conversationId: string, seq: number): void {
  const { markRead } = useChatActions();
  const isAttentive = useIsAttentive();
  const isUnread = useChat(({ conversations }) => {
    const conversation = conversations[conversationId];
    return (
      conversation !== undefined && (seq > conversation.lastReadSeq || conversation.markedUnread)
    );
  });
  useEffect(() => {
    if (isAttentive && isUnread && seq > 0) {
      markRead(conversationId, seq);
    }
  }, [conversationId, seq, isAttentive, isUnread, markRead]);
}
