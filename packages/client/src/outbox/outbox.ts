/** Sends messages so that each arrives once, in order, whatever happens to the network or the page. */

import { type StoreApi, createStore } from 'zustand/vanilla';

import { SalalaError, asSalalaError } from '../errors.js';
import { type Message } from '../generated/wire.js';
import { makeId } from '../ids.js';
import { type Connection } from '../realtime/connection.js';
import { makePause } from './pause.js';
import { type Draft, type OutboxEntry, type PlacedEntry, openStorage } from './storage.js';
import { takeTurns } from './turns.js';

/** A message that is on its way. */
export type Sending = {
  entry: OutboxEntry;
  /** The message as the server stored it; rejects when it was refused for good or discarded. */
  message: Promise<Message>;
};

export type Outbox = {
  /** What was not acked, in the order in which it was written. */
  readonly entries: Pick<
    StoreApi<readonly OutboxEntry[]>,
    'getState' | 'getInitialState' | 'subscribe'
  >;
  /** Keeps a message and sends it as soon as it can be; throws `outbox_full`. */
  send: (draft: Draft) => Sending;
  /** Tries a failed one again. */
  retry: (clientMessageId: string) => Promise<void>;
  /** Gives one up. If it was on its way, it may arrive all the same. */
  discard: (clientMessageId: string) => Promise<void>;
  /** Listens to messages that the server has taken. */
  onSent: (listener: (message: Message) => void) => () => void;
  /** Begins with what an earlier page left behind. */
  start: () => void;
  /** Stops; what waits is kept for the next time that this user is here. */
  stop: () => void;
};

type Waiting = {
  resolve: (message: Message) => void;
  reject: (error: SalalaError) => void;
};

/** Messages that may wait at once. */
export const OUTBOX_MAX = 500;
/** Ids of settled entries that are remembered, so that a list read earlier does not bring them back. */
const SETTLED_MAX = 1_000;
/** An entry that has no place in storage yet. */
const UNPLACED = Number.MAX_SAFE_INTEGER;

export function createOutbox(connection: Connection, url: string): Outbox {
  const entries = createStore<readonly PlacedEntry[]>(() => []);
  const listeners = new Set<(message: Message) => void>();
  const waiting = new Map<string, Waiting>();
  const settled = new Set<string>();
  const draining = new Set<string>();
  const turn = takeTurns();
  const pause = makePause();
  let stopped = true;
  let stopListening: (() => void)[] = [];
  let channel: BroadcastChannel | undefined;

  /** Opened once it is known whose it is. */
  const storage = whenUserIsKnown(connection).then((userId) => {
    const name = `salala-outbox:${url}:${userId}`;
    return openStorage(name).then((opened) => ({ ...opened, name }));
  });

  const put = (changed: PlacedEntry): void => {
    const others = entries.getState().filter((entry) => !isSame(entry, changed));
    entries.setState(
      [...others, changed].sort((one, other) => one.place - other.place),
      true,
    );
  };

  const forget = (clientMessageId: string): void => {
    settled.add(clientMessageId);
    for (const oldest of settled) {
      if (settled.size <= SETTLED_MAX) {
        break;
      }
      settled.delete(oldest);
    }
    entries.setState(
      entries.getState().filter((entry) => entry.clientMessageId !== clientMessageId),
      true,
    );
  };

  const settle = async (message: Message): Promise<void> => {
    const { clientMessageId } = message;
    if (clientMessageId === null) {
      return;
    }
    forget(clientMessageId);
    for (const listener of [...listeners]) {
      listener(message);
    }
    waiting.get(clientMessageId)?.resolve(message);
    waiting.delete(clientMessageId);
    await (await storage).remove(clientMessageId);
  };

  /** Takes over what other tabs have changed. */
  const reload = async (): Promise<void> => {
    const kept = (await (await storage).list()).filter(
      ({ clientMessageId }) => !settled.has(clientMessageId),
    );
    const unplaced = entries
      .getState()
      .filter((entry) => entry.place === UNPLACED && !kept.some((other) => isSame(other, entry)));
    entries.setState([...kept, ...unplaced], true);
  };

  const tellOtherTabs = (): void => channel?.postMessage('changed');

  /** What an entry waits for after the server did not take it; gives whether to go on now. */
  const judge = async (entry: PlacedEntry, thrown: unknown): Promise<boolean> => {
    const error = asSalalaError(thrown);
    if (error.mayRetry) {
      pause.afterFailure(error.details.retryAfterMs);
      return isOnline();
    }
    const failure = { code: error.code, message: error.message };
    const failed: PlacedEntry = { ...entry, state: 'failed', failure };
    put(failed);
    await (await storage).update(failed);
    waiting.get(entry.clientMessageId)?.reject(error);
    waiting.delete(entry.clientMessageId);
    tellOtherTabs();
    return true;
  };

  const isOnline = (): boolean => !stopped && connection.state.getState().status === 'online';

  /** Sends the oldest message of a conversation that waits; gives whether to go on. */
  const sendFirst = async (conversationId: string): Promise<boolean> => {
    const kept = await (await storage).list();
    const entry = kept.find(
      (one) =>
        one.conversationId === conversationId &&
        one.state === 'waiting' &&
        !settled.has(one.clientMessageId),
    );
    if (entry === undefined || !isOnline()) {
      return false;
    }
    try {
      const message = await connection.request('sendMessage', payloadOf(entry));
      pause.reset();
      await settle(message);
      tellOtherTabs();
      return true;
    } catch (thrown) {
      return judge(entry, thrown);
    }
  };

  /** Sends all that waits in a conversation, each after the ack of the one before. */
  const drain = async (conversationId: string): Promise<void> => {
    if (draining.has(conversationId)) {
      return;
    }
    draining.add(conversationId);
    try {
      const { name } = await storage;
      let more = true;
      while (more && isOnline()) {
        await pause.over();
        more = false;
        await turn(`${name}:${conversationId}`, async () => {
          more = await sendFirst(conversationId);
        });
      }
    } finally {
      draining.delete(conversationId);
    }
    // What was added after the last look, and before this line, is seen here.
    if (isOnline() && hasWaiting(conversationId)) {
      void drain(conversationId);
    }
  };

  const hasWaiting = (conversationId: string): boolean =>
    entries.getState().some((entry) => entry.conversationId === conversationId && isWaiting(entry));

  const drainAll = (): void => {
    const ids = entries
      .getState()
      .filter(isWaiting)
      .map((entry) => entry.conversationId);
    for (const conversationId of new Set(ids)) {
      void drain(conversationId);
    }
  };

  const keep = async (entry: OutboxEntry): Promise<void> => {
    const placed = await (await storage).add(entry);
    if (settled.has(entry.clientMessageId)) {
      // It was discarded while it was being kept.
      await (await storage).remove(entry.clientMessageId);
    } else {
      put(placed);
    }
    tellOtherTabs();
    void drain(entry.conversationId);
  };

  const listen = async (): Promise<void> => {
    const { name } = await storage;
    if (stopped) {
      return;
    }
    if (typeof BroadcastChannel !== 'undefined') {
      channel = new BroadcastChannel(name);
      channel.onmessage = () => void reload().then(drainAll);
    }
    await reload();
    drainAll();
  };

  return {
    entries,
    send: (draft) => {
      if (entries.getState().length >= OUTBOX_MAX) {
        throw new SalalaError('outbox_full', `${OUTBOX_MAX} messages wait to be sent already`);
      }
      const entry = entryOf(draft);
      const promise = watch(waiting, entry.clientMessageId);
      put({ ...entry, place: UNPLACED });
      void keep(entry);
      return { entry, message: promise };
    },
    retry: async (clientMessageId) => {
      const entry = entries.getState().find((one) => one.clientMessageId === clientMessageId);
      if (entry?.state !== 'failed') {
        return;
      }
      const again: PlacedEntry = { ...entry, state: 'waiting', failure: null };
      put(again);
      await (await storage).update(again);
      tellOtherTabs();
      void drain(entry.conversationId);
    },
    discard: async (clientMessageId) => {
      forget(clientMessageId);
      waiting.get(clientMessageId)?.reject(new SalalaError('closed', 'it was discarded'));
      waiting.delete(clientMessageId);
      await (await storage).remove(clientMessageId);
      tellOtherTabs();
    },
    onSent: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    start: () => {
      if (!stopped) {
        return;
      }
      stopped = false;
      stopListening = [
        connection.state.subscribe(({ status }, before) => {
          if (status === 'online' && before.status !== 'online') {
            pause.reset();
            void reload().then(drainAll);
          }
        }),
        // Another tab may have sent it, or the ack was lost and the message was not.
        connection.on('newMessage', (message) => {
          const { clientMessageId } = message;
          if (entries.getState().some((entry) => entry.clientMessageId === clientMessageId)) {
            void settle(message);
          }
        }),
      ];
      void listen();
    },
    stop: () => {
      stopped = true;
      pause.reset();
      channel?.close();
      channel = undefined;
      for (const stop of stopListening.splice(0)) {
        stop();
      }
    },
  };
}

function entryOf(draft: Draft): OutboxEntry {
  return {
    clientMessageId: makeId(),
    conversationId: draft.conversationId,
    content: draft.content ?? null,
    fileUrl: draft.fileUrl ?? null,
    replyToId: draft.replyToId ?? null,
    createdAt: new Date().toISOString(),
    state: 'waiting',
    failure: null,
  };
}

function payloadOf({ conversationId, content, fileUrl, replyToId, clientMessageId }: OutboxEntry) {
  return { conversationId, content, fileUrl, replyToId, clientMessageId };
}

function isSame(one: OutboxEntry, other: OutboxEntry): boolean {
  return one.clientMessageId === other.clientMessageId;
}

function isWaiting(entry: OutboxEntry): boolean {
  return entry.state === 'waiting';
}

function watch(waiting: Map<string, Waiting>, clientMessageId: string): Promise<Message> {
  const promise = new Promise<Message>((resolve, reject) => {
    waiting.set(clientMessageId, { resolve, reject });
  });
  // Whoever does not look at it is not told that nobody did.
  promise.catch(() => undefined);
  return promise;
}

function whenUserIsKnown({ state }: Connection): Promise<string> {
  return new Promise((resolve) => {
    const look = (): boolean => {
      const { userId } = state.getState();
      if (userId !== null) {
        resolve(userId);
      }
      return userId !== null;
    };
    if (!look()) {
      const stop = state.subscribe(() => {
        if (look()) {
          stop();
        }
      });
    }
  });
}
