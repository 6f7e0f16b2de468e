/** One client and one store, shared by all components that use them, and closed when the last one leaves. */

import { type GetToken } from '../api/token.js';
import { type Salala, createSalala } from '../salala.js';
import { type ChatStore, createChatStore } from '../store/chat-store.js';
import { bridgeToWindow } from './dom-events.js';
import { type SocketMethods, createSocketMethods } from './socket-methods.js';

export type Shared = {
  readonly salala: Salala;
  readonly chat: ChatStore;
  readonly methods: SocketMethods;
  /** Connects with the first one that uses it; gives back how to leave. */
  acquire: () => () => void;
};

export type SharedOptions = {
  url: string;
  userId?: string | undefined;
  /** `null` while nobody is signed in: then nothing connects. */
  getToken: GetToken | null;
};

export function createShared({ url, userId, getToken }: SharedOptions): Shared {
  const salala = createSalala({
    url,
    getToken: getToken ?? (() => null),
    ...(userId === undefined ? {} : { userId }),
  });
  const chat = createChatStore(salala);
  let users = 0;
  let unbridge: (() => void) | null = null;

  const open = (): void => {
    if (unbridge === null && getToken !== null) {
      unbridge = bridgeToWindow(salala);
      chat.getState().start();
      salala.connect();
    }
  };
  const closeIfUnused = (): void => {
    if (users === 0 && unbridge !== null) {
      unbridge();
      unbridge = null;
      salala.close();
      chat.getState().stop();
    }
  };
  return {
    salala,
    chat,
    methods: createSocketMethods(salala),
    acquire: () => {
      users += 1;
      open();
      let isHere = true;
      return () => {
        if (isHere) {
          isHere = false;
          users -= 1;
          // One page goes and the next one comes in the same moment: the socket stays for it.
          setTimeout(closeIfUnused, 0);
        }
      };
    },
  };
}
