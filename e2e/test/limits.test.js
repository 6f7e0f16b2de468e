/** Limits: who does something too often is told when to come back, and nobody else suffers. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { registerAll } from '../lib/person.js';
import { startServer } from '../lib/server.js';
import { isProblem } from '../lib/shapes.js';

let server;
before(async () => {
  const env = {
    RATE_LIMIT_SENDS: '5/3600',
    RATE_LIMIT_SIGNALS: '4/3600',
    MAX_SOCKETS_PER_USER: '2',
  };
  server = await startServer({ env });
});
after(() => server.remove());

test('too many messages are refused by both doors, and only their sender is', async () => {
  const { ann, ben } = await registerAll(server, 'ann', 'ben');
  const talk = await ann.direct(ben);
  const [anns, bens] = [await ann.connect(), await ben.connect()];
  for (let number = 0; number < 5; number += 1) {
    await anns.does('sendMessage', { conversationId: talk, content: `${number}` });
  }
  const message = { conversationId: talk, content: 'one too many' };
  const refusal = await anns.fails('sendMessage', message, 'rate_limited');
  assert.ok(refusal.retryAfterMs > 0 && refusal.retryAfterMs <= 720_001, refusal.retryAfterMs);
  const exception = await anns.hears('exception');
  assert.equal(exception.code, 'rate_limited');
  assert.equal(exception.retryAfterMs, refusal.retryAfterMs);
  assert.deepEqual(exception.cause, { pattern: 'sendMessage', data: message });
  const path = `/conversations/${talk}/messages`;
  const answer = await ann.try('POST', path, { content: 'one too many' });
  isProblem(answer, 429, 'rate_limited');
  assert.ok(Number(answer.headers.get('retry-after')) > 0);
  const sent = await bens.does('sendMessage', { conversationId: talk, content: 'mine' });
  assert.equal(sent.seq, 6, 'nothing was stored of what was refused');
  assert.equal(anns.socket.connected, true);
  for (const person of [ann, ben]) person.leave();
});

test('too many signals are refused, and messages still go', async () => {
  const { ann, ben } = await registerAll(server, 'ann', 'ben');
  const talk = await ann.direct(ben);
  const device = await ann.connect();
  for (const name of ['joinRoom', 'typing', 'stopTyping', 'leaveRoom']) {
    await device.does(name, { conversationId: talk });
  }
  await device.fails('typing', { conversationId: talk }, 'rate_limited');
  await device.does('sendMessage', { conversationId: talk, content: 'hello' });
  ann.leave();
});

test('a socket too many comes in by itself once there is room', async () => {
  const { ann } = await registerAll(server, 'ann');
  const first = await ann.connect();
  await ann.connect();
  const third = ann.dial();
  await third.until(() => third.tries > 1, 'a second try');
  assert.deepEqual(third.of('connect'), []);
  first.close();
  await third.connected();
  ann.leave();
});

test('who connects too often is let in later, without an error that would end it', async () => {
  const limited = await startServer({ env: { RATE_LIMIT_CONNECTS: '3/15' } });
  try {
    const { ann, ben } = await registerAll(limited, 'ann', 'ben');
    for (let time = 0; time < 3; time += 1) await ann.connect();
    const fourth = ann.dial({ transports: ['websocket'] });
    await fourth.until(() => fourth.tries > 0, 'another try');
    assert.deepEqual(fourth.of('connect'), []);
    await ben.connect();
    await fourth.connected();
    for (const { error } of fourth.of('connect_error')) assert.equal(error.data, undefined);
    for (const person of [ann, ben]) person.leave();
  } finally {
    await limited.remove();
  }
});

test('of a storm of clients all come in, some at a second try, and none is sent away for good', async () => {
  const narrow = await startServer({ env: { MAX_ENTERING: '2' } });
  const people = Object.values(await registerAll(narrow, 'ann', 'ben', 'eve'));
  const options = { transports: ['websocket'], reconnectionDelay: 50, reconnectionDelayMax: 500 };
  const devices = Array.from({ length: 150 }, (_, index) => people[index % 3].dial(options));
  await Promise.all(devices.map((device) => device.connected()));
  for (const device of devices) assert.equal(device.socket.connected, true);
  const talk = await people[0].direct(people[1]);
  await devices[0].does('sendMessage', { conversationId: talk, content: 'all are here' });
  const theirs = devices.filter((_, index) => index % 3 !== 2);
  await Promise.all(theirs.map((device) => device.hears('newMessage')));
  for (const person of people) person.leave();
  await narrow.remove();
});
