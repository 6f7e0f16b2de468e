/** Says for the components below which server they talk to, and as whom. */

import { type ReactElement, type ReactNode, createContext, useContext, useState } from 'react';

import { type GetToken, userIdOf } from '../api/token.js';
import { type Shared, type SharedOptions, createShared } from './shared.js';

export type SalalaProviderProps = {
  /** The server's address; empty for the one that the page came from. */
  url: string;
  children: ReactNode;
} & (
  | {
      /** The access token, `null` while nobody is signed in; another one makes another connection. */
      token: string | null;
      userId?: string;
    }
  | {
      /** Gives the token of now; it may change without another connection. */
      getToken: GetToken;
      /** Whose; `null` while nobody is signed in. Another user makes another connection. */
      userId: string | null;
    }
);

const SharedContext = createContext<Shared | null>(null);

export function SalalaProvider(props: SalalaProviderProps): ReactElement {
  const key = keyOf(props);
  const [held, setHeld] = useState(() => ({ key, shared: createShared(optionsOf(props)) }));
  if (held.key !== key) {
    // Those who use the old one leave it when they see the new one, and the last of them closes it.
    setHeld({ key, shared: createShared(optionsOf(props)) });
  }
  return <SharedContext.Provider value={held.shared}>{props.children}</SharedContext.Provider>;
}

/** What the components below the provider share. */
export function useShared(): Shared {
  const shared = useContext(SharedContext);
  if (shared === null) {
    throw new Error('there is no SalalaProvider above this component');
  }
  return shared;
}

function keyOf(props: SalalaProviderProps): string {
  const who = 'token' in props ? props.token : props.userId;
  return JSON.stringify([props.url, who]);
}

function optionsOf(props: SalalaProviderProps): SharedOptions {
  const { url, userId } = props;
  if ('token' in props) {
    const { token } = props;
    // A token that was refused is the only one there is.
    const named = token === null ? null : userIdOf(token);
    const getToken = token === null ? null : () => token;
    return { url, userId: userId ?? named ?? undefined, getToken };
  }
  return { url, userId: userId ?? undefined, getToken: userId === null ? null : props.getToken };
}
