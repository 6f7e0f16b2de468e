/** Loads more of a conversation where one comes near an end of what is here. */

import { useEffect } from 'react';

import { useChat, useChatActions, useConnection } from '@/hooks/use-chat';

/** So many rows before the end. */
const NEAR = 12;

/** Which rows are drawn, of how many. */
export type Drawn = { first: number; last: number; count: number };

export function useHistoryEnds(conversationId: string, { first, last, count }: Drawn): void {
  const { loadOlder, loadNewer } = useChatActions();
  const mayLoad = useChat(({ timelines }) => {
    const timeline = timelines[conversationId];
    // What did not work is tried again by a button, or with the next connection.
    return timeline?.loading === null && timeline.error === null;
  });
  const hasOlder = useChat(({ timelines }) => timelines[conversationId]?.hasOlder ?? false);
  const hasNewer = useChat(({ timelines }) => timelines[conversationId]?.hasNewer ?? false);
  const isNearStart = count > 0 && first < NEAR;
  const isNearEnd = count > 0 && last >= count - NEAR;
  useEffect(() => {
    if (mayLoad && hasOlder && isNearStart) {
      void loadOlder(conversationId);
    } else if (mayLoad && hasNewer && isNearEnd) {
      void loadNewer(conversationId);
    }
  }, [
    conversationId,
    mayLoad,
    hasOlder,
    hasNewer,
    isNearStart,
    isNearEnd,
    count,
    loadOlder,
    loadNewer,
  ]);
}

/** What loads again what did not come; the next connection does so by itself. */
export function useReload(conversationId: string): () => void {
  const { loadOlder, loadNewest } = useChatActions();
  const isOnline = useConnection(({ status }) => status === 'online');
  const hasFailed = useChat(({ timelines }) => (timelines[conversationId]?.error ?? null) !== null);
  const isEmpty = useChat(({ timelines }) => !timelines[conversationId]?.messages.length);
  const reload = (): void => {
    void (isEmpty ? loadNewest(conversationId) : loadOlder(conversationId));
  };
  useEffect(() => {
    if (isOnline && hasFailed) {
      void (isEmpty ? loadNewest(conversationId) : loadOlder(conversationId));
    }
    // A load that fails while connected is not asked for again and again.
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only a new connection is a reason
  }, [isOnline]);
  return reload;
}
