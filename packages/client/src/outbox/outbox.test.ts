/** The outbox against a server that takes, refuses or loses what each test says. */

import 'fake-indexeddb/auto';

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createStore } from 'zustand/vanilla';

import { SalalaError, type SalalaErrorCode } from '../errors.js';
import { type Connection, type ConnectionState } from '../realtime/connection.js';
import { message } from '../samples.js';
import { OUTBOX_MAX, type Outbox, createOutbox } from './outbox.js';

type Fate = SalalaErrorCode | 'taken';

let users = 0;
let userId = '';
const opened: Outbox[] = [];
beforeEach(() => {
  users += 1;
  userId = `user ${users}`;
});
afterEach(() => {
  for (const outbox of opened.splice(0)) {
    outbox.stop();
  }
  vi.useRealTimers();
});

/** A connection on which each send meets the next of its fates, and is taken after them. */
function connect(fates: Fate[] = [], status: ConnectionState['status'] = 'online') {
  const taken: string[] = [];
  const state = createStore<ConnectionState>(() => ({
    status,
    userId,
    code: null,
    connects: 1,
    recovered: false,
  }));
  const request = (_: string, payload: { content: string; clientMessageId: string }) => {
    const fate = fates.shift() ?? 'taken';
    if (fate !== 'taken') {
      const details = fate === 'rate_limited' ? { retryAfterMs: 5 } : {};
      return Promise.reject(new SalalaError(fate, fate, details));
    }
    taken.push(payload.content);
    const { clientMessageId } = payload;
    return Promise.resolve(message(taken.length, { clientMessageId }));
  };
  const connection = { state, request, on: () => () => undefined } as unknown as Connection;
  return { connection, state, taken };
}

function open(connection: Connection): Outbox {
  const outbox = createOutbox(connection, 'https://chat.example.org');
  opened.push(outbox);
  outbox.start();
  return outbox;
}

const send = (outbox: Outbox, content: string, conversationId = 'c') =>
  outbox.send({ conversationId, content });

test('a message shows up at once and goes when it is acked', async () => {
  const { connection, taken } = connect();
  const outbox = open(connection);
  const { entry, message: sent } = send(outbox, 'hello');
  expect(outbox.entries.getState()).toMatchObject([{ content: 'hello', state: 'waiting' }]);
  expect((await sent).clientMessageId).toBe(entry.clientMessageId);
  expect(outbox.entries.getState()).toEqual([]);
  expect(taken).toEqual(['hello']);
});

test('what may be taken later is tried again, and nothing overtakes it', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  const { connection, taken } = connect(['rate_limited', 'busy', 'unavailable', 'timeout']);
  const outbox = open(connection);
  const sent = ['one', 'two', 'three'].map((content) => send(outbox, content).message);
  while (outbox.entries.getState().length > 0) {
    await vi.advanceTimersByTimeAsync(1_000);
    // The database works beside these timers.
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(sent);
  expect(taken).toEqual(['one', 'two', 'three']);
});

test.each<SalalaErrorCode>(['forbidden', 'too_large', 'invalid_payload', 'not_found', 'internal'])(
  'what is refused as %s is kept as failed, and the next ones go on',
  async (code) => {
    const { connection, taken } = connect([code]);
    const outbox = open(connection);
    const refused = send(outbox, 'refused');
    await Promise.all([
      send(outbox, 'next').message,
      expect(refused.message).rejects.toMatchObject({ code }),
    ]);
    expect(outbox.entries.getState()).toMatchObject([{ state: 'failed', failure: { code } }]);
    await outbox.retry(refused.entry.clientMessageId);
    await vi.waitFor(() => {
      expect(taken).toEqual(['next', 'refused']);
    });
  },
);

test('what waits and what failed is there after a reload, for the same user alone', async () => {
  const first = connect(['forbidden'], 'online');
  const outbox = open(first.connection);
  const failed = send(outbox, 'failed');
  await expect(failed.message).rejects.toThrow();
  first.state.setState({ status: 'reconnecting' });
  send(outbox, 'waits');
  await vi.waitFor(() => {
    expect(outbox.entries.getState()).toHaveLength(2);
  });
  // On disk before the page goes.
  await new Promise((resolve) => setTimeout(resolve));
  outbox.stop();

  const next = connect([], 'reconnecting');
  const later = open(next.connection);
  await vi.waitFor(() => {
    expect(later.entries.getState()).toMatchObject([
      { content: 'failed', state: 'failed', failure: { code: 'forbidden' } },
      { content: 'waits', state: 'waiting' },
    ]);
  });
  next.state.setState({ status: 'online' });
  await vi.waitFor(() => {
    expect(next.taken).toEqual(['waits']);
  });

  userId = 'somebody else';
  const stranger = connect();
  const theirs = open(stranger.connection);
  await send(theirs, 'mine').message;
  expect(stranger.taken).toEqual(['mine']);
});

test('what was acked is not there any more after a reload', async () => {
  const first = connect();
  const outbox = open(first.connection);
  await send(outbox, 'acked').message;
  first.state.setState({ status: 'reconnecting' });
  send(outbox, 'waits');
  outbox.stop();
  const later = open(connect([], 'reconnecting').connection);
  await vi.waitFor(() => {
    expect(later.entries.getState()).toMatchObject([{ content: 'waits' }]);
  });
});

test('conversations do not wait for each other', async () => {
  const { connection, taken } = connect();
  const outbox = open(connection);
  await Promise.all([send(outbox, 'to c').message, send(outbox, 'to d', 'd').message]);
  expect(taken.toSorted()).toEqual(['to c', 'to d']);
});

test('two tabs send what waits once and in order, whichever comes first', async () => {
  const away = connect([], 'reconnecting');
  const writer = open(away.connection);
  const contents = Array.from({ length: 12 }, (_, index) => `${index}`);
  contents.forEach((content) => send(writer, content));
  const [one, two] = [connect(), connect()];
  const tabs = [open(one.connection), open(two.connection)];
  await vi.waitFor(() => {
    for (const tab of tabs) {
      expect(tab.entries.getState()).toEqual([]);
    }
    expect(new Set([...one.taken, ...two.taken]).size).toBe(12);
  });
  for (const { taken } of [one, two]) {
    expect(taken).toEqual(taken.toSorted((a, b) => Number(a) - Number(b)));
  }
});

test('what is discarded is sent by nobody', async () => {
  const { connection, state, taken } = connect([], 'reconnecting');
  const outbox = open(connection);
  const { entry, message: sent } = send(outbox, 'a mistake');
  send(outbox, 'no mistake');
  await outbox.discard(entry.clientMessageId);
  await expect(sent).rejects.toMatchObject({ code: 'closed' });
  state.setState({ status: 'online' });
  await vi.waitFor(() => {
    expect(taken).toEqual(['no mistake']);
  });
});

test('more than it holds is refused', () => {
  const { connection } = connect([], 'reconnecting');
  const outbox = open(connection);
  for (let count = 0; count < OUTBOX_MAX; count += 1) {
    send(outbox, `${count}`);
  }
  expect(() => send(outbox, 'one too many')).toThrow('wait to be sent');
});
