/** The calls of whoever is signed in, for components. */

import type { CallActions, CallStore, CallStoreState } from '@salala/client';
import {
  createContext,
  use,
  useEffect,
  useState,
  useSyncExternalStore,
  type JSX,
  type ReactNode,
} from 'react';
import { useStore } from 'zustand';

import { useSalala } from '@/hooks/use-chat';
import { createLateCalls } from '@/store/late-calls';

const CallsContext = createContext<CallStore | null>(null);

/** Listens for calls, for all that is in it. Stands within the ChatProvider. */
export function CallsProvider({ children }: { children: ReactNode }): JSX.Element {
  const salala = useSalala();
  const [calls] = useState(() => createLateCalls(salala));
  useEffect(() => calls.getState().start(), [calls]);
  return <CallsContext value={calls}>{children}</CallsContext>;
}

/** One value of the calls. */
export function useCalls<T>(select: (state: CallStoreState) => T): T {
  return useStore(useCallsOrThrow(), select);
}

/** What one may do; the same object as long as the user is signed in. */
export function useCallActions(): CallActions {
  return useCallsOrThrow().getState();
}

/** What time it is, each second. */
export function useSeconds(): number {
  return useSyncExternalStore(eachSecond, secondsNow, () => 0) * 1000;
}

function eachSecond(listener: () => void): () => void {
  const timer = setInterval(listener, 250);
  return () => {
    clearInterval(timer);
  };
}

function secondsNow(): number {
  return Math.floor(Date.now() / 1000);
}

function useCallsOrThrow(): CallStore {
  const calls = use(CallsContext);
  if (calls === null) {
    throw new Error('there is no CallsProvider around this');
  }
  return calls;
}
