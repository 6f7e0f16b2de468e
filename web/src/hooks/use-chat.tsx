/** The chat of whoever is signed in, for components: each reads one value by a selector. */

import {
  selectConversations,
  type ChatActions,
  type ChatState,
  type ConnectionState,
  type Conversation,
  type Salala,
} from '@salala/client';
import { createContext, use, useEffect, useState, type JSX, type ReactNode } from 'react';
import { useStore } from 'zustand';
import { useShallow } from 'zustand/react/shallow';

import { useMe } from '@/hooks/use-session';
import { createChat, startChat, type Chat } from '@/store/chat';

const ChatContext = createContext<Chat | null>(null);

/** Connects, for all that is in it. One for each user: give it the user's id as its key. */
export function ChatProvider({ children }: { children: ReactNode }): JSX.Element {
  const { id } = useMe();
  const [chat] = useState(() => createChat(id));
  useEffect(() => startChat(chat), [chat]);
  return <ChatContext value={chat}>{children}</ChatContext>;
}

/** The client itself, for requests and events. */
export function useSalala(): Salala {
  return useChatOrThrow().salala;
}

/** One value of the chat. */
export function useChat<T>(select: (state: ChatState) => T): T {
  return useStore(useChatOrThrow().store, select);
}

/** What one may do; the same object as long as the user is signed in. */
export function useChatActions(): ChatActions {
  return useChatOrThrow().store.getState();
}

/** One value of the connection. */
export function useConnection<T>(select: (state: ConnectionState) => T): T {
  return useStore(useSalala().connection, select);
}

/** The conversations in the order of the list. */
export function useConversations(): readonly Conversation[] {
  return useChat(useShallow(selectConversations));
}

/** One conversation; `undefined` while it is not known here. */
export function useConversation(id: string): Conversation | undefined {
  return useChat((state) => state.conversations[id]);
}

/** Whether somebody is online, as far as it is known. */
export function useIsOnline(userId: string | undefined): boolean {
  return useChat((state) => userId !== undefined && state.presence[userId]?.status === 'online');
}

function useChatOrThrow(): Chat {
  const chat = use(ChatContext);
  if (chat === null) {
    throw new Error('there is no ChatProvider around this');
  }
  return chat;
}

/** Reads the chat of now, where nothing is drawn of it. */
export function useReadChat(): () => ChatState {
  return useChatOrThrow().store.getState;
}
