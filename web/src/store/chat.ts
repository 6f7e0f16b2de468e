/** The client and the chat of whoever is signed in. */

import { createChatStore, createSalala, type ChatStore, type Salala } from '@salala/client';

import { API_URL, session } from '@/store/session';

export type Chat = { salala: Salala; store: ChatStore };

/** Makes it; nothing is done before {@link startChat}. */
export function createChat(userId: string): Chat {
  const salala = createSalala({ url: API_URL, userId, getToken: session.getToken });
  return { salala, store: createChatStore(salala) };
}

/** Connects and loads. Gives what ends that. */
export function startChat({ salala, store }: Chat): () => void {
  store.getState().start();
  salala.connect();
  // The socket hears first of a session's end; whether it has ended is for the session to find out.
  const stopWatching = salala.connection.subscribe(({ status }, before) => {
    if (status === 'signed-out' && before.status !== 'signed-out') {
      session.resume().catch(() => undefined);
    }
  });
  return () => {
    stopWatching();
    store.getState().stop();
    salala.close();
  };
}
