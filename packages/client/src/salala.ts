/** A client of one server, for one user. */

import { type Api, createApi } from './api/api.js';
import { type GetToken } from './api/token.js';
import { type Outbox, createOutbox } from './outbox/outbox.js';
import { type Connection, createConnection } from './realtime/connection.js';

export type SalalaOptions = {
  /** The server's address; empty for the one that the page came from. */
  url: string;
  getToken: GetToken;
  /**
   * Whose client it is, where that is known: what an earlier page left in the outbox is then shown also before the
   * first token comes. It never sends another user's messages: a token of somebody else is `user_changed`.
   */
  userId?: string;
};

export type Salala = Pick<Connection, 'request' | 'on' | 'onAny'> & {
  readonly url: string;
  /** Whether the server is there, as a store without React. */
  readonly connection: Connection['state'];
  /** The HTTP API. */
  readonly api: Api;
  /** What is being sent. */
  readonly outbox: Outbox;
  /** Connects, and comes back after every drop until {@link close}. */
  connect: () => void;
  /** Leaves. What waits to be sent is kept for the next time. */
  close: () => void;
};

/** Makes a client; nothing is done before `connect`. */
export function createSalala({ url, getToken, userId }: SalalaOptions): Salala {
  const address = url.replace(/\/+$/, '');
  const options = { url: address, getToken };
  const connection = createConnection({ ...options, ...(userId === undefined ? {} : { userId }) });
  const outbox = createOutbox(connection, address);
  return {
    url: address,
    connection: connection.state,
    request: connection.request,
    on: connection.on,
    onAny: connection.onAny,
    api: createApi(options),
    outbox,
    connect: () => {
      outbox.start();
      connection.connect();
    },
    close: () => {
      outbox.stop();
      connection.disconnect();
    },
  };
}
