/** What the user's doing tells the server: how far they have read, and that they are writing. */

import { asSalalaError } from '../errors.js';
import { type Salala } from '../salala.js';

export type Telling = {
  /** Tells that the user has read up to a place; kept until the server has it. */
  read: (conversationId: string, seq: number) => void;
  /** Tells what could not be told before. */
  flushReads: () => void;
  /** Called for each key: tells as often as is needed. */
  type: (conversationId: string, isTyping: boolean) => void;
};

/** The server takes a typist for gone after 6 s. */
const TYPING_EVERY_MS = 3_000;

export function createTelling(
  salala: Pick<Salala, 'api' | 'request' | 'connection'>,
  onRead: (conversationId: string, position: { lastReadSeq: number; unreadCount: number }) => void,
): Telling {
  const unread = new Map<string, number>();
  const asking = new Set<string>();
  const toldTyping = new Map<string, number>();

  const tellRead = async (conversationId: string): Promise<void> => {
    if (asking.has(conversationId)) {
      return;
    }
    asking.add(conversationId);
    let mayGoOn = true;
    while (mayGoOn && unread.has(conversationId)) {
      const seq = unread.get(conversationId) ?? 0;
      try {
        const path = { id: conversationId };
        const position = await salala.api('POST /conversations/{id}/read', { path, body: { seq } });
        onRead(conversationId, position);
        mayGoOn = true;
      } catch (thrown) {
        // What may work later waits for the next connection.
        mayGoOn = false;
        if (asSalalaError(thrown).mayRetry) {
          break;
        }
      }
      if (unread.get(conversationId) === seq) {
        unread.delete(conversationId);
      }
    }
    asking.delete(conversationId);
  };

  const isOnline = (): boolean => salala.connection.getState().status === 'online';

  return {
    read: (conversationId, seq) => {
      unread.set(conversationId, Math.max(seq, unread.get(conversationId) ?? 0));
      if (isOnline()) {
        void tellRead(conversationId);
      }
    },
    flushReads: () => {
      for (const conversationId of unread.keys()) {
        void tellRead(conversationId);
      }
    },
    type: (conversationId, isTyping) => {
      const told = toldTyping.get(conversationId);
      const isDue = told === undefined || Date.now() - told > TYPING_EVERY_MS;
      if (!isOnline() || (isTyping ? !isDue : told === undefined)) {
        return;
      }
      if (isTyping) {
        toldTyping.set(conversationId, Date.now());
      } else {
        toldTyping.delete(conversationId);
      }
      // Nobody misses one that does not arrive.
      salala.request(isTyping ? 'typing' : 'stopTyping', { conversationId }).catch(() => undefined);
    },
  };
}
