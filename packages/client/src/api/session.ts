/**
 * Signing in with the cookie that the server sets for its own page; the access token is in memory alone. A server
 * of another site can set none: there the refresh token is kept where the page says.
 */

import { type StoreApi, createStore } from 'zustand/vanilla';

import { SalalaError } from '../errors.js';
import { type Login, type Me, type Register, type SignedIn } from '../generated/wire.js';
import { createApi } from './api.js';
import { type GetToken } from './token.js';

/** `unknown` until the server was asked whether the cookie signs in. */
export type SessionState =
  { status: 'unknown' | 'signed-out'; me: null } | { status: 'signed-in'; me: Me };

export type SessionOptions = {
  /** Empty for the server that the page came from. */
  url: string;
  /**
   * Keeps who is signed in, so that a page that is opened again can show what it has before the server has
   * answered; and with a `url` the refresh token.
   */
  storage?: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
};

export type Session = {
  readonly state: Pick<StoreApi<SessionState>, 'getState' | 'getInitialState' | 'subscribe'>;
  /** For `createSalala`: a token that is still good, renewed by the cookie. */
  getToken: GetToken;
  /** Asks whether somebody is signed in; throws when that cannot be known now. Whom `storage` names is so meanwhile. */
  resume: () => Promise<Me | null>;
  signIn: (login: Login) => Promise<Me>;
  register: (account: Register) => Promise<Me>;
  /** Ends the session. Where the server cannot be reached it throws and changes nothing: the cookie would sign in again. */
  signOut: () => Promise<void>;
  /** Takes over what a change of the profile answered. */
  setMe: (me: Me) => void;
};

/** A token is renewed this long before it ends. */
const MARGIN_MS = 60_000;

const ME = 'salala.me';
const REFRESH_TOKEN = 'salala.refresh-token';

/** Makes the session of a page. */
export function createSession({ url, storage }: SessionOptions): Session {
  const state = createStore<SessionState>(() => ({ status: 'unknown', me: null }));
  let held: { token: string; endsAt: number } | null = null;
  let trading: Promise<string | null> | undefined;
  const api = createApi({ url, getToken: () => null });

  const keepMe = (me: Me): void => {
    storage?.setItem(ME, JSON.stringify(me));
    state.setState({ status: 'signed-in', me }, true);
  };
  const take = ({ accessToken, refreshToken, expiresIn, user }: SignedIn): Me => {
    held = { token: accessToken, endsAt: Date.now() + expiresIn * 1000 };
    if (url !== '') {
      storage?.setItem(REFRESH_TOKEN, refreshToken);
    }
    keepMe(user);
    return user;
  };
  const forget = (): void => {
    held = null;
    storage?.removeItem(ME);
    storage?.removeItem(REFRESH_TOKEN);
    state.setState({ status: 'signed-out', me: null }, true);
  };

  const trade = async (): Promise<string | null> => {
    try {
      const refreshToken = storage?.getItem(REFRESH_TOKEN);
      take(await api('POST /auth/refresh', { body: refreshToken ? { refreshToken } : {} }));
      return tokenHeld();
    } catch (thrown) {
      if (thrown instanceof SalalaError && thrown.details.status === 401) {
        forget();
        return null;
      }
      throw thrown;
    }
  };
  const tokenHeld = (): string | null => held?.token ?? null;

  /** A cookie that is used twice ends its session, so tabs take turns, and callers share one trade. */
  const renew = (): Promise<string | null> => {
    trading ??= inTurn(`salala-refresh:${url}`, trade).finally(() => {
      trading = undefined;
    });
    return trading;
  };

  return {
    state,
    getToken: ({ refresh }) => {
      if (state.getState().status === 'signed-out') {
        return null;
      }
      const isGood =
        held !== null && held.token !== refresh && held.endsAt - MARGIN_MS > Date.now();
      return isGood ? tokenHeld() : renew();
    },
    resume: async () => {
      const known = storage && meIn(storage);
      if (known) {
        state.setState({ status: 'signed-in', me: known }, true);
      }
      await renew();
      return state.getState().me;
    },
    signIn: async (login) => take(await api('POST /auth/login', { body: login })),
    register: async (account) => take(await api('POST /auth/register', { body: account })),
    signOut: async () => {
      const token = tokenHeld() ?? (await renew());
      try {
        await createApi({ url, getToken: () => token })('POST /auth/logout');
      } catch (thrown) {
        if (!(thrown instanceof SalalaError && thrown.details.status === 401)) {
          throw thrown;
        }
      }
      forget();
    },
    setMe: (me) => {
      if (state.getState().status === 'signed-in') {
        keepMe(me);
      }
    },
  };
}

function meIn(storage: NonNullable<SessionOptions['storage']>): Me | null {
  try {
    return JSON.parse(storage.getItem(ME) ?? 'null') as Me | null;
  } catch {
    return null;
  }
}

async function inTurn<T>(name: string, work: () => Promise<T>): Promise<T> {
  // Missing where the page is no secure context; there two tabs that renew at once may have to sign in again.
  return typeof navigator !== 'undefined' && 'locks' in navigator
    ? navigator.locks.request(name, work)
    : work();
}
