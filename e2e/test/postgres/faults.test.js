/** PostgreSQL that dies under load and comes back, under a server that goes on. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { register } from '../../lib/person.js';
import { PostgresServer } from '../../lib/postgres.js';
import { startServer } from '../../lib/server.js';

const SENDERS = 8;
/** Messages that each sender has under way. */
const LANES = 2;
/** Acks before each fault: some sends are mid-way when it comes. */
const ACKS_BETWEEN = 200;

let postgres;
let server;
before(async () => {
  postgres = await PostgresServer.create();
  server = await startServer({ storeUrl: postgres.url });
});
after(async () => {
  await server?.remove();
  await postgres?.remove();
});

/** Resolves when the condition holds, which others bring about. */
async function until(condition) {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}

test('what was acked is kept once, whatever befalls PostgreSQL, and all comes back by itself', async () => {
  const people = await Promise.all(Array.from({ length: SENDERS }, () => register(server)));
  const [owner, ...others] = people;
  const crowd = await owner.group('crowd', ...others);
  const talk = await owner.direct(others[0]);
  const listener = await owner.connect();
  const acked = new Map();
  const refusals = [];
  const acksOfLane = [];
  let isOver = false;
  /** Sends one message after another, each again with its own id until it is acked. */
  const sendOn = async (device, lane) => {
    acksOfLane[lane] = 0;
    for (let number = 0; !isOver; number += 1) {
      const clientMessageId = `${lane}.${number}`;
      const conversationId = lane === 0 ? talk : crowd;
      const draft = { conversationId, content: clientMessageId, clientMessageId };
      let answer = await device.ask('sendMessage', draft);
      while (answer.status === 'error') {
        refusals.push(answer.code);
        answer = await device.ask('sendMessage', draft);
      }
      assert.ok(!acked.has(answer.id), 'no two sends are one message');
      acked.set(answer.id, answer);
      acksOfLane[lane] += 1;
    }
  };
  const devices = await Promise.all(people.map((person) => person.connect()));
  const lanes = devices.flatMap((device, at) =>
    Array.from({ length: LANES }, (_, lane) => sendOn(device, at * LANES + lane)),
  );
  // A failed lane fails the test, and not only at its end.
  const all = Promise.all(lanes);
  const orFailed = (waited) => Promise.race([waited, all]);

  for (const signal of ['SIGKILL', 'SIGQUIT', 'SIGKILL', 'SIGQUIT']) {
    const goal = acked.size + ACKS_BETWEEN;
    await orFailed(until(() => acked.size >= goal));
    const refused = refusals.length;
    await postgres.stop(signal);
    await orFailed(until(() => refusals.length > refused));
    const overHttp = await owner.try('GET', '/conversations');
    assert.equal(overHttp.status, 503);
    assert.ok(overHttp.headers.get('retry-after'));
    await postgres.start();
    const before = [...acksOfLane];
    await orFailed(until(() => acksOfLane.every((count, lane) => count > before[lane])));
  }
  isOver = true;
  await all;
  assert.deepEqual([...new Set(refusals)], ['unavailable']);

  for (const conversationId of [crowd, talk]) {
    const kept = await owner.history(conversationId);
    assert.deepEqual(
      kept.map((message) => message.seq),
      kept.map((_, index) => index + 1),
    );
    const ackedHere = [...acked.values()].filter((one) => one.conversationId === conversationId);
    const bySeq = (one, other) => one.seq - other.seq;
    const named = ({ id, seq, clientMessageId }) => ({ id, seq, clientMessageId });
    assert.deepEqual(kept.map(named), ackedHere.sort(bySeq).map(named));
    const isHere = (message) => message.conversationId === conversationId;
    await listener.hears('newMessage', (one) => isHere(one) && one.seq === kept.length);
    assert.deepEqual(
      listener.heard('newMessage', isHere).map((message) => message.seq),
      kept.map((message) => message.seq),
    );
  }
  assert.equal(listener.of('disconnect').length, 0, 'no socket was dropped');
  for (const person of people) person.leave();
});
