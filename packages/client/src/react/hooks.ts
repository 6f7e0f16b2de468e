/** The hooks: each component that uses one keeps the connection open while it is there. */

import { useEffect } from 'react';
import { useStore } from 'zustand';

import { type ConnectionState } from '../realtime/connection.js';
import { type Salala } from '../salala.js';
import { type ChatState, type ChatStore } from '../store/chat-store.js';
import { type Shared } from './shared.js';
import { useShared } from './provider.js';
import { type SocketMethods } from './socket-methods.js';

/** What a page tells the server; what the server tells comes as DOM CustomEvents on `window`. */
export function useSocket(): SocketMethods {
  return useHeld().methods;
}

/** One value of the chat's state; the component is drawn again when that changes. */
export function useChatStore<T>(selector: (state: ChatState) => T): T {
  return useStore(useHeld().chat, selector);
}

/** The store itself, for event handlers. */
export function useChat(): ChatStore {
  return useHeld().chat;
}

/** One value of the connection's state. */
export function useConnection<T>(selector: (state: ConnectionState) => T): T {
  return useStore(useHeld().salala.connection, selector);
}

/** The client: the HTTP API, requests and the outbox. */
export function useSalala(): Salala {
  return useHeld().salala;
}

function useHeld(): Shared {
  const shared = useShared();
  useEffect(() => shared.acquire(), [shared]);
  return shared;
}
