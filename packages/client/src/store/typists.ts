/** Ends somebody's writing here when the server's word that they stopped does not come. */

import { type ServerEvents } from '../generated/events.js';
import { setTyping } from './events.js';
import { type Holder } from './holder.js';

export type Typists = { heard: (name: string, payload: unknown) => void; stop: () => void };

/** The server says it itself after 6 s. */
const EXPIRE_MS = 8_000;

export function createTypists(holder: Holder): Typists {
  const timers = new Map<string, ReturnType<typeof setTimeout>>();
  return {
    heard: (name, payload) => {
      if (name !== 'userTyping' && name !== 'userStopTyping') {
        return;
      }
      const { conversationId, userId } = payload as ServerEvents['userTyping'];
      const key = `${conversationId} ${userId}`;
      clearTimeout(timers.get(key));
      timers.delete(key);
      if (name === 'userTyping') {
        const expire = (): void => {
          timers.delete(key);
          holder.change((data) => setTyping(data, conversationId, userId, false));
        };
        timers.set(key, setTimeout(expire, EXPIRE_MS));
      }
    },
    stop: () => {
      for (const timer of timers.values()) {
        clearTimeout(timer);
      }
      timers.clear();
    },
  };
}
