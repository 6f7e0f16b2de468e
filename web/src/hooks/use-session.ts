/** Who is signed in, and what the address shows, for components. */

import type { Me, SessionState } from '@salala/client';
import { useCallback, useEffect, useState } from 'react';
import { useStore } from 'zustand';

import { followAddress, route, type Route } from '@/store/route';
import { ending, session } from '@/store/session';

type Start = {
  /** Why it cannot be known whether somebody is signed in, if it cannot. */
  error: unknown;
  /** Asks again. */
  retry: () => void;
};

/** Finds out who is signed in, and follows the address; for the root alone. */
export function useStart(): Start {
  const [error, setError] = useState<unknown>(null);
  const retry = useCallback(() => {
    setError(null);
    session.resume().catch(setError);
  }, []);
  useEffect(() => {
    session.resume().catch(setError);
  }, []);
  useEffect(followAddress, []);
  return { error, retry };
}

export function useSession<T>(select: (state: SessionState) => T): T {
  return useStore(session.state, select);
}

/** Whether the session was ended from elsewhere. */
export function useWasEnded(): boolean {
  return useStore(ending, (state) => state.wasEnded);
}

/** The user who is signed in; only where somebody is. */
export function useMe(): Me {
  const me = useSession((state) => state.me);
  if (me === null) {
    throw new Error('nobody is signed in here');
  }
  return me;
}

export function useRoute<T>(select: (state: Route) => T): T {
  return useStore(route, select);
}
