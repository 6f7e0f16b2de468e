/** Who is signed in on this tab, and requests in their name. */

import { createApi, createSession, type Api, type Session } from '@salala/client';
import { createStore, type StoreApi } from 'zustand/vanilla';

/** Where the server is; empty for the origin that the page came from. */
export const API_URL = (process.env['NEXT_PUBLIC_API_URL'] ?? '').replace(/\/+$/, '');

const storage = storageOrNone();

export const session: Session = createSession({ url: API_URL, ...(storage && { storage }) });

/** Asks the HTTP API in the name of whoever is signed in. */
export const api: Api = createApi({ url: API_URL, getToken: session.getToken });

/** How the last session of this tab came to its end. */
export const ending: StoreApi<{ wasEnded: boolean }> = createStore(() => ({ wasEnded: false }));
let isLeaving = false;
session.state.subscribe(({ status }, before) => {
  if (status !== before.status) {
    ending.setState({
      wasEnded: before.status === 'signed-in' && status === 'signed-out' && !isLeaving,
    });
  }
});

/** Ends the session, as its user wants it. */
export function signOut(): Promise<void> {
  return leave(session.signOut);
}

/** Erases the account for good. */
export function eraseAccount(): Promise<void> {
  return leave(async () => {
    await api('DELETE /users/me');
    await session.resume();
  });
}

async function leave(act: () => Promise<void>): Promise<void> {
  isLeaving = true;
  try {
    await act();
  } finally {
    isLeaving = false;
  }
}

/** A browser may forbid storage; and there is none where the page is made. */
function storageOrNone(): Storage | null {
  try {
    return typeof window === 'undefined' ? null : window.localStorage;
  } catch {
    return null;
  }
}
