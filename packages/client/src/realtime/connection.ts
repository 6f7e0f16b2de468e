/** One socket to the server, and the truth about whether it is there. */

import { type Socket, io } from 'socket.io-client';
import { type StoreApi, createStore } from 'zustand/vanilla';

import { type GetToken, userIdOf } from '../api/token.js';
import { type ConnectErrorCode, SalalaError, isRefusal, refused } from '../errors.js';
import { type ClientEvents, type ServerEvents } from '../generated/events.js';
import { listenToNetwork } from './network.js';

/**
 * `offline`: the device has no network, or nobody asked to connect. `connecting`: for the first time.
 * `reconnecting`: it was there and comes back by itself. `signed-out`: it will not come back by itself.
 */
export type ConnectionStatus = 'offline' | 'connecting' | 'online' | 'reconnecting' | 'signed-out';

/** Why nobody is signed in: `session_ended` by the server; `user_changed`: the new token names another user. */
export type SignedOutCode = ConnectErrorCode | 'session_ended' | 'user_changed';

export type ConnectionState = {
  status: ConnectionStatus;
  /** With `signed-out`: why. */
  code: SignedOutCode | null;
  /** Whose connection it is, known from the first token on. */
  userId: string | null;
  /** How often it was `online`. */
  connects: number;
  /** The last time the server gave everything that was missed. */
  recovered: boolean;
};

/** A name and what goes with it, for all events of the server. */
export type AnyListener = (name: string, payload: unknown) => void;

export type RequestOptions = {
  /** How long the ack may take. */
  timeoutMs?: number;
};

export type Connection = {
  readonly state: Pick<StoreApi<ConnectionState>, 'getState' | 'getInitialState' | 'subscribe'>;
  connect: () => void;
  disconnect: () => void;
  /**
   * Sends an event and gives what its ack says. Throws {@link SalalaError}: `offline` when nothing was sent,
   * `timeout` when the outcome is unknown, else the code of the refusal.
   */
  request: <Name extends keyof ClientEvents>(
    name: Name,
    payload: ClientEvents[Name]['payload'],
    options?: RequestOptions,
  ) => Promise<ClientEvents[Name]['ack']>;
  /** Listens to an event of the server; gives back how to stop. */
  on: <Name extends keyof ServerEvents>(
    name: Name,
    listener: (payload: ServerEvents[Name]) => void,
  ) => () => void;
  /** Listens to all events of the server. */
  onAny: (listener: AnyListener) => () => void;
};

export type ConnectionOptions = { url: string; getToken: GetToken; userId?: string };

const REQUEST_TIMEOUT_MS = 10_000;
const RECONNECT_MIN_MS = 500;
const RECONNECT_MAX_MS = 10_000;
/** Refused tokens in a row after which asking for another one is given up. */
const TOKENS_MAX = 3;

export function createConnection({ url, getToken, userId }: ConnectionOptions): Connection {
  const state = createStore<ConnectionState>(() => ({
    status: 'offline',
    code: null,
    userId: userId ?? null,
    connects: 0,
    recovered: false,
  }));
  const listeners = new Set<AnyListener>();
  /** The token that was shown last, and how many in a row were refused. */
  let token: string | null = null;
  let refusedTokens = 0;
  /** A getToken that failed is asked again. */
  let asking: ReturnType<typeof setTimeout> | undefined;
  let wanted = false;

  const options = {
    autoConnect: false,
    forceNew: true,
    transports: ['websocket', 'polling'],
    tryAllTransports: true,
    reconnectionDelay: RECONNECT_MIN_MS,
    reconnectionDelayMax: RECONNECT_MAX_MS,
    auth: (show: (auth: object) => void) => void authenticate(show),
  };
  const socket: Socket = url === '' ? io(options) : io(url, options);

  /** Called for each try; a client that was made once shows the token of now. */
  async function authenticate(show: (auth: object) => void): Promise<void> {
    const { engine } = socket.io;
    try {
      token ??= await getToken({ refresh: null });
    } catch {
      // It cannot be known now: this try ends, and the next one asks again.
      engine.close();
      return;
    }
    if (!wanted || engine !== socket.io.engine) {
      return;
    }
    if (token === null) {
      signOut('token_missing');
    } else if (isOfUser(token)) {
      show({ token });
    } else {
      signOut('user_changed');
    }
  }

  /** Remembers the first user and lets in no other one, whose outbox this is not. */
  function isOfUser(shown: string): boolean {
    const userId = userIdOf(shown);
    const known = state.getState().userId;
    if (known === null) {
      state.setState({ userId });
    }
    return known === null || known === userId;
  }

  function signOut(code: SignedOutCode): void {
    token = null;
    clearTimeout(asking);
    state.setState({ status: 'signed-out', code });
    socket.disconnect();
  }

  /** What it is while it is not online. */
  function lost(): void {
    const away: ConnectionStatus = state.getState().connects === 0 ? 'connecting' : 'reconnecting';
    state.setState({ status: network.isOnline() ? away : 'offline' });
  }

  async function replaceToken(code: ConnectErrorCode): Promise<void> {
    refusedTokens += 1;
    const old = token;
    if (refusedTokens > TOKENS_MAX || code === 'user_not_found') {
      signOut(code);
      return;
    }
    lost();
    try {
      token = await getToken({ refresh: old });
    } catch {
      // The old one stays, so that it is asked for a new one again.
      asking = setTimeout(() => void replaceToken(code), RECONNECT_MAX_MS);
      refusedTokens -= 1;
      return;
    }
    if (!wanted) {
      return;
    }
    if (token === null || token === old) {
      signOut(code);
    } else {
      socket.connect();
    }
  }

  socket.on('connect', () => {
    refusedTokens = 0;
    // Asked anew each time: it may have been renewed meanwhile.
    token = null;
    const { connects } = state.getState();
    const { recovered } = socket;
    state.setState({ status: 'online', code: null, connects: connects + 1, recovered });
  });
  socket.on('disconnect', (reason) => {
    if (state.getState().status === 'signed-out') {
      return;
    }
    if (reason === 'io server disconnect') {
      signOut('session_ended');
    } else if (wanted) {
      lost();
    }
  });
  socket.on('connect_error', (error: Error & { data?: { code?: ConnectErrorCode } }) => {
    const code = error.data?.code;
    if (code === undefined) {
      // The server is away or busy; the client comes back by itself.
      token = null;
      lost();
    } else {
      void replaceToken(code);
    }
  });
  socket.onAny((name: string, ...args: unknown[]) => {
    // The last argument is the offset, for the client's own use.
    for (const listener of [...listeners]) {
      listener(name, args.length > 1 ? args[0] : undefined);
    }
  });

  const network = listenToNetwork({
    /** There is hope: what waits for its next try need not. */
    onWake: () => {
      if (wanted && !socket.connected && state.getState().status !== 'signed-out') {
        socket.disconnect();
        lost();
        socket.connect();
      }
    },
    onAway: () => {
      if (wanted && state.getState().status !== 'signed-out') {
        state.setState({ status: 'offline' });
      }
    },
  });

  const onAny = (listener: AnyListener): (() => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };

  return {
    state,
    onAny,
    connect: () => {
      if (wanted && state.getState().status !== 'signed-out') {
        return;
      }
      wanted = true;
      refusedTokens = 0;
      state.setState({ code: null });
      lost();
      network.start();
      socket.connect();
    },
    disconnect: () => {
      wanted = false;
      token = null;
      clearTimeout(asking);
      network.stop();
      socket.disconnect();
      state.setState({ status: 'offline', code: null });
    },
    request: (name, payload, { timeoutMs = REQUEST_TIMEOUT_MS } = {}) =>
      new Promise((resolve, reject) => {
        if (!socket.connected) {
          reject(new SalalaError('offline', `${name} was not sent: there is no connection`));
          return;
        }
        socket.timeout(timeoutMs).emit(name, payload, (error: Error | null, ack: unknown) => {
          if (error !== null) {
            reject(new SalalaError('timeout', `${name} was not acked: ${error.message}`));
          } else if (isRefusal(ack)) {
            reject(refused(ack));
          } else {
            resolve(ack as ClientEvents[typeof name]['ack']);
          }
        });
      }),
    on: (name, listener) =>
      onAny((heard, payload) => {
        if (heard === name) {
          listener(payload as ServerEvents[typeof name]);
        }
      }),
  };
}
