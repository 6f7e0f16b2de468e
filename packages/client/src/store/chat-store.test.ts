/** The store against a server whose answers come when a test says: holes, races and windows. */

import { beforeEach, expect, test, vi } from 'vitest';
import { createStore } from 'zustand/vanilla';

import { SalalaError } from '../errors.js';
import { type Message } from '../generated/wire.js';
import { type Salala } from '../salala.js';
import { conversation, message } from '../samples.js';
import { type ChatStore, createChatStore } from './chat-store.js';

type ConnectionState = ReturnType<Salala['connection']['getState']>;
type Parts = { query?: { before?: number; after?: number; around?: number; limit?: number } };

/** A server with one conversation, `c`, of ann and ben. */
class FakeServer {
  messages: Message[] = [];
  /** Answers wait for it, where a test wants something to happen meanwhile. */
  gate: Promise<void> = Promise.resolve();
  asked: string[] = [];
  failure: SalalaError | null = null;
  tell: (name: string, payload: unknown) => void = () => undefined;
  readonly connection = createStore<ConnectionState>(() => ({
    status: 'online',
    userId: 'ann',
    code: null,
    connects: 1,
    recovered: false,
  }));

  /** Stores messages without telling of them. */
  write(count: number): void {
    for (let more = 0; more < count; more += 1) {
      this.messages.push(message(this.messages.length + 1));
    }
  }

  client(): Salala {
    return {
      url: '',
      connection: this.connection,
      api: async (route: string, parts: Parts = {}) => this.answer(route, parts.query ?? {}),
      request: () => Promise.resolve({ success: true, conversations: {}, removed: [], added: [] }),
      on: () => () => undefined,
      onAny: (listener: FakeServer['tell']) => {
        this.tell = listener;
        return () => undefined;
      },
      outbox: { entries: createStore(() => []), onSent: () => () => undefined },
    } as unknown as Salala;
  }

  async answer(route: string, query: NonNullable<Parts['query']>): Promise<unknown> {
    this.asked.push(`${route} ${JSON.stringify(query)}`);
    const answer = this.read(route, query);
    await this.gate;
    if (this.failure !== null) {
      throw this.failure;
    }
    return answer;
  }

  read(route: string, query: NonNullable<Parts['query']>): unknown {
    const last = this.messages.at(-1) ?? null;
    const known = conversation({
      lastSeq: last?.seq ?? 0,
      lastMessage: last,
      lastMessageId: last?.id ?? null,
    });
    switch (route) {
      case 'GET /conversations':
        return { data: [known], nextCursor: null };
      case 'GET /conversations/{id}':
        return known;
      case 'GET /conversations/{id}/messages':
        return this.page(query);
      default:
        return { data: [] };
    }
  }

  page({ before, after, around, limit = 50 }: NonNullable<Parts['query']>) {
    const all = this.messages;
    const from =
      after ??
      (around === undefined
        ? Math.max((before ?? all.length + 1) - 1 - limit, 0)
        : around - limit / 2);
    const to = after === undefined && before !== undefined ? before - 1 : from + limit;
    const data = all.slice(from, to).reverse();
    const more = (is: boolean) => (is ? 'cursor' : null);
    return { data, nextCursor: more(from > 0), prevCursor: more(to < all.length) };
  }
}

let server: FakeServer;
let store: ChatStore;
beforeEach(() => {
  server = new FakeServer();
  store = createChatStore(server.client());
});

const seqs = () => store.getState().timelines['c']?.messages.map(({ seq }) => seq) ?? [];
const upTo = (last: number, first = 1) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

async function open(count: number): Promise<void> {
  server.write(count);
  store.getState().start();
  await vi.waitFor(() => {
    expect(store.getState().status).toBe('current');
  });
  await store.getState().openConversation('c');
}

test('a hole is filled from history, over as many pages as it takes', async () => {
  await open(10);
  server.write(251);
  server.tell('newMessage', message(261));
  await vi.waitFor(() => {
    expect(seqs()).toEqual(upTo(261));
  });
});

test('a hole that is too large begins the window anew at the newest messages', async () => {
  await open(10);
  server.write(1_000);
  server.tell('newMessage', message(1_010));
  await vi.waitFor(() => {
    expect(seqs()).toEqual(upTo(1_010, 961));
    expect(store.getState().timelines['c']?.hasOlder).toBe(true);
  });
});

test('what is told while history is loaded stays, though the answer is older', async () => {
  server.write(3);
  store.getState().start();
  await vi.waitFor(() => {
    expect(store.getState().status).toBe('current');
  });
  let answer = (): void => undefined;
  server.gate = new Promise((resolve) => {
    answer = resolve;
  });
  const opening = store.getState().openConversation('c');
  server.tell(
    'messageDeleted',
    message(2, { content: null, deletedAt: '2026-11-25T12:01:00.000Z' }),
  );
  server.tell('newMessage', message(4));
  answer();
  await opening;
  expect(store.getState().timelines['c']?.messages.map(({ content }) => content)).toEqual([
    'message 1',
    null,
    'message 3',
    'message 4',
  ]);
});

test('history that cannot be loaded says why, and is loaded when it is asked for again', async () => {
  server.write(3);
  store.getState().start();
  await vi.waitFor(() => {
    expect(store.getState().status).toBe('current');
  });
  server.failure = new SalalaError('unavailable', 'away');
  await store.getState().openConversation('c');
  expect(store.getState().timelines['c']?.error?.code).toBe('unavailable');
  server.failure = null;
  await store.getState().openConversation('c');
  expect(seqs()).toEqual([1, 2, 3]);
});

test('a first load that fails says so, and a reload mends it', async () => {
  server.failure = new SalalaError('offline', 'away');
  store.getState().start();
  await vi.waitFor(() => {
    expect(store.getState()).toMatchObject({ status: 'failed', error: { code: 'offline' } });
  });
  server.failure = null;
  await store.getState().reload();
  expect(store.getState()).toMatchObject({ status: 'current', conversationIds: ['c'] });
});

test('a jump to another place while older messages are loaded is not undone by them', async () => {
  await open(400);
  let answer = (): void => undefined;
  server.gate = new Promise((resolve) => {
    answer = resolve;
  });
  const older = store.getState().loadOlder('c');
  const jump = store.getState().loadAround('c', 100);
  answer();
  await Promise.all([older, jump]);
  expect(seqs()).toEqual(upTo(125, 76));
});

test('of a conversation that is left a part is kept, and it opens without asking again', async () => {
  await open(260);
  while (store.getState().timelines['c']?.hasOlder === true) {
    await store.getState().loadOlder('c');
  }
  store.getState().closeConversation();
  expect(seqs()).toEqual(upTo(260, 61));
  const asked = server.asked.length;
  await store.getState().openConversation('c');
  expect(server.asked).toHaveLength(asked);
});

test('somebody who writes stops to, also when nobody says so', async () => {
  vi.useFakeTimers();
  try {
    store.getState().start();
    server.tell('userTyping', { conversationId: 'c', userId: 'ben' });
    expect(store.getState().typing['c']).toEqual(['ben']);
    await vi.advanceTimersByTimeAsync(8_000);
    expect(store.getState().typing['c']).toEqual([]);
  } finally {
    vi.useRealTimers();
  }
});

test('events that follow each other at once are shown together', async () => {
  await open(1);
  let draws = 0;
  const stop = store.subscribe(() => {
    draws += 1;
  });
  for (const seq of upTo(101, 2)) {
    server.tell('newMessage', message(seq));
  }
  await vi.waitFor(() => {
    expect(seqs()).toEqual(upTo(101));
  });
  stop();
  expect(draws).toBe(2);
});
