/** Pushes by two servers on one database: they share the work, and know who is looking on the other. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { eventually } from '../../lib/eventually.js';
import { registerAll } from '../../lib/person.js';
import { FakeFcm, logged, registerPhone } from '../../lib/push.js';
import { RedisServer } from '../../lib/redis.js';
import { startServer } from '../../lib/server.js';

let redis;
let fcm;
let one;
let other;
before(async () => {
  redis = await RedisServer.create();
  fcm = await FakeFcm.start();
  const env = { ...fcm.env, REDIS_URL: redis.url, PUSH_WAIT: '0.3s' };
  one = await startServer({ env });
  other = await startServer({ env, beside: one });
});
after(async () => {
  await other.remove();
  await one.remove();
  await fcm.close();
  await redis.remove();
});

test('two servers push each message once to each device', async () => {
  const people = await registerAll(one, 'ann', 'ben', 'cem', 'dan', 'eve', 'fay');
  const [ann, ...others] = Object.values(people);
  const phones = [];
  for (const person of others) {
    phones.push(await registerPhone(person), await registerPhone(person));
  }
  const talks = await Promise.all(others.map((person) => ann.direct(person)));
  const choir = await ann.group('choir', ...others);
  // So that every message is pushed: nothing of the round before waits any more.
  for (let round = 1; round <= 6; round += 1) {
    await Promise.all([...talks, choir].map((talk) => ann.send(talk, `round ${round}`)));
    await Promise.all(phones.map((phone) => fcm.took(phone, 2 * round)));
  }
  for (const phone of phones) {
    const told = fcm.for(phone).map((message) => message.data.messageId);
    assert.equal(new Set(told).size, told.length);
  }
});

test('who looks on one server is not pushed to by the other', async () => {
  const { ann, ben } = await registerAll(one, 'ann', 'ben');
  const phone = await registerPhone(ben);
  const talk = await ann.direct(ben);
  for (const server of [one, other]) {
    const device = await ben.connect({ transports: ['websocket'], url: server.url });
    await device.view(talk);
    const sent = await ann.send(talk, 'seen');
    await device.hears('newMessage', (message) => message.id === sent.id);
    // Heard from after the message, though nothing was read.
    await device.does('typing', { conversationId: talk });
    await eventually(async () => {
      const { data } = await ben.api('GET', '/push/log');
      const entry = data.find((entry) => entry.messageId === sent.id);
      return entry?.reason === 'viewing';
    }, 'the push to be dropped');
    await device.does('leaveRoom', { conversationId: talk });
    device.close();
  }
  await ann.send(talk, 'unseen');
  const [message] = await fcm.took(phone);
  assert.equal(message.notification.body, 'unseen');
  await logged(ben, 'sent', null);
});

test('a device that registers on one server is pushed what is sent on the other from then on', async () => {
  const { ann, ben } = await registerAll(one, 'ann', 'ben');
  const talk = await ann.direct(ben);
  ann.server = other;
  await ann.send(talk, 'unheard');
  const phone = await registerPhone(ben);
  await ann.send(talk, 'heard');
  const [message] = await fcm.took(phone);
  assert.equal(message.notification.body, 'heard');
});
