/** Hands every event of the server on as a DOM CustomEvent on `window`. */

import { type Salala } from '../salala.js';

/** Begins; gives back how to end. */
export function bridgeToWindow(salala: Salala): () => void {
  const dispatch = (name: string, detail?: unknown): void => {
    window.dispatchEvent(new CustomEvent(name, { detail }));
  };
  const stopEvents = salala.onAny((name, payload) => {
    dispatch(name, payload);
    if (/^user:.+:newGroup$/.test(name)) {
      dispatch('refreshConversations');
    }
  });
  const stopConnection = salala.connection.subscribe(({ status }, before) => {
    if (status === 'online' && before.status !== 'online') {
      dispatch('refreshFriends');
    }
  });
  return () => {
    stopEvents();
    stopConnection();
  };
}
