/** Pushes to browsers: what a push service is sent, and that only the browser can read it. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { eventually } from '../lib/eventually.js';
import { registerAll, request } from '../lib/person.js';
import { FakePushService } from '../lib/push.js';
import { startServer } from '../lib/server.js';

let service;
let server;
const env = { PUSH_WAIT: '0.2s', VAPID_SUBJECT: 'mailto:ann@example.org' };
before(async () => {
  service = await FakePushService.start();
  server = await startServer({ env: { ...env, PUSH_PRIVATE_ENDPOINTS: 'allow' } });
});
after(async () => {
  await server.remove();
  await service.close();
});

async function world() {
  const people = await registerAll(server, 'ann', 'ben');
  const { publicKey } = (await request(server, 'GET', '/push/vapid-key')).body;
  const subscription = service.subscribe(publicKey);
  const device = await people.ben.api('POST', '/devices', { kind: 'webpush', subscription });
  service.taken.length = 0;
  return { ...people, device, subscription, talk: await people.ann.direct(people.ben) };
}

test('a browser reads what it is told, and knows who sent it', async () => {
  const { ann, ben, talk } = await world();
  const sent = await ann.send(talk, 'grüße 👋');
  const [{ told, ttl, urgency, topic }] = await service.took(1);
  assert.deepEqual(told, {
    title: 'New message from ann',
    body: 'grüße 👋',
    count: 1,
    tag: talk,
    data: {
      type: 'message',
      conversationId: talk,
      messageId: sent.id,
      senderId: ann.id,
      url: `/?conversation=${talk}`,
      count: '1',
    },
  });
  assert.equal(urgency, 'high');
  assert.ok(ttl > 0);
  await eventually(async () => {
    const { data } = await ben.api('GET', '/push/log');
    return data[0]?.state === 'sent';
  }, 'the log');
  await ben.api('POST', `/conversations/${talk}/read`, { seq: sent.seq });
  const [, clear] = await service.took(2);
  assert.equal(clear.told.title, undefined);
  assert.equal(clear.told.data.type, 'clear');
  // One that was not delivered yet is replaced.
  assert.equal(clear.topic, topic);
});

test('a subscription that is gone is removed, and one that is busy is asked later', async () => {
  for (const status of [404, 410]) {
    const { ann, ben, device, talk } = await world();
    service.answers.push({ status });
    await ann.send(talk, 'to nobody');
    await eventually(async () => {
      const { data } = await ben.api('GET', '/push/log');
      return data[0]?.reason === 'unregistered';
    }, 'the device to be removed');
    assert.equal((await ben.try('DELETE', `/devices/${device.id}`)).status, 404);
  }
  const { ann, talk } = await world();
  service.answers.push({ status: 429, headers: { 'retry-after': '1' } });
  await ann.send(talk, 'later');
  const [{ told }] = await service.took(1);
  assert.equal(told.body, 'later');
});

test('the key is the same after a restart, and for everybody', async () => {
  const { ann, talk } = await world();
  const key = async () => (await request(server, 'GET', '/push/vapid-key')).body.publicKey;
  const before = await key();
  assert.equal(Buffer.from(before, 'base64url').length, 65);
  await server.stop();
  await server.start();
  assert.equal(await key(), before);
  await ann.send(talk, 'after');
  await service.took(1);
});

test('a subscription that leads to this machine is refused unless that is allowed', async () => {
  const strict = await startServer({ env });
  try {
    const { ben } = await registerAll(strict, 'ben');
    const { publicKey } = (await request(strict, 'GET', '/push/vapid-key')).body;
    const subscription = service.subscribe(publicKey);
    for (const endpoint of [
      subscription.endpoint,
      'https://127.0.0.1/push',
      'https://[::1]/push',
      'https://169.254.169.254/latest',
      'http://push.example.org/1',
    ]) {
      const body = { kind: 'webpush', subscription: { ...subscription, endpoint } };
      const answer = await ben.try('POST', '/devices', body);
      assert.equal(answer.status, 422, endpoint);
      assert.equal(answer.body.errors[0].path, 'subscription.endpoint');
    }
    for (const [keys, path] of [
      [{ ...subscription.keys, p256dh: 'AAAA' }, 'subscription.keys.p256dh'],
      [{ ...subscription.keys, auth: 'AAAA' }, 'subscription.keys.auth'],
      [{ p256dh: subscription.keys.p256dh }, 'subscription.keys.auth'],
    ]) {
      const endpoint = 'https://push.example.org/1';
      const body = { kind: 'webpush', subscription: { endpoint, keys } };
      const answer = await ben.try('POST', '/devices', body);
      assert.deepEqual([answer.status, answer.body.errors[0].path], [422, path]);
    }
  } finally {
    await strict.remove();
  }
});
