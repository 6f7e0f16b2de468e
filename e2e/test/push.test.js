/** Pushes: who is told of a message by Firebase, with what, and when not. */

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';

import { eventually } from '../lib/eventually.js';
import { registerAll, request } from '../lib/person.js';
import { FakeFcm, fcmError, logged, registerPhone } from '../lib/push.js';
import { startServer } from '../lib/server.js';

let fcm;
let server;
before(async () => {
  fcm = await FakeFcm.start();
  server = await startServer({ env: { ...fcm.env, PUSH_WAIT: '0.3s' } });
});
after(async () => {
  await server.remove();
  await fcm.close();
});

const WEBSOCKET = { transports: ['websocket'] };

/** Ann writes to Ben, who has a phone. */
async function world(...more) {
  const people = await registerAll(server, 'ann', 'ben', ...more);
  const phone = await registerPhone(people.ben);
  return { ...people, phone, talk: await people.ann.direct(people.ben) };
}

describe('a message', () => {
  test('is told to the phone of who is not looking, with all that the contract says', async () => {
    const { ann, ben, phone, talk } = await world();
    const content = 'x'.repeat(101);
    const sent = await ann.send(talk, content);
    const [message] = await fcm.took(phone);
    assert.deepEqual(message.notification, {
      title: 'New message from ann',
      body: `${'x'.repeat(100)}…`,
    });
    assert.deepEqual(message.data, {
      type: 'message',
      conversationId: talk,
      messageId: sent.id,
      senderId: ann.id,
      url: `/?conversation=${talk}`,
      count: '1',
    });
    assert.equal(message.android.collapse_key, talk);
    assert.equal(message.android.notification.tag, talk);
    assert.equal(message.apns.headers['apns-collapse-id'], talk);
    const entry = await logged(ben, 'sent', null);
    assert.deepEqual([entry.messageId, entry.kind, entry.count], [sent.id, 'message', 1]);
    assert.equal((await ann.api('GET', '/push/log')).data.length, 0);
  });

  test('of a group names it, a file is told by its kind, and the sender is told nothing', async () => {
    const { ann, ben, cem, phone } = await world('cem');
    const own = await registerPhone(ann);
    const choir = await ann.group('the choir', ben, cem);
    const fileUrl = 'https://files.example/cat.png';
    await ann.api('POST', `/conversations/${choir}/messages`, { fileUrl });
    const [message] = await fcm.took(phone);
    assert.deepEqual(message.notification, {
      title: 'New message from ann in the choir',
      body: 'Sent an image',
    });
    await cem.send(choir, 'hello');
    await fcm.took(own);
    assert.equal(fcm.for(own)[0].notification.title, 'New message from cem in the choir');
  });

  test('is not pushed to who looks at the conversation, or has read it', async () => {
    const { ann, ben, phone, talk } = await world();
    const device = await ben.connect(WEBSOCKET);
    await device.view(talk);
    // Something is heard from the device after the message.
    await ann.send(talk, 'seen');
    await device.hears('newMessage');
    await device.does('typing', { conversationId: talk });
    await logged(ben, 'dropped', 'viewing');
    await device.does('leaveRoom', { conversationId: talk });
    const sent = await ann.send(talk, 'read');
    await device.does('markMessagesAsRead', { messageIds: [sent.id] });
    await logged(ben, 'dropped', 'read');
    // Connected, but not looking.
    await ann.send(talk, 'neither');
    const [message] = await fcm.took(phone);
    assert.equal(message.notification.body, 'neither');
    ben.leave();
  });

  test('is not pushed into a muted conversation or into quiet hours', async () => {
    const { ann, ben, phone, talk } = await world();
    const later = new Date(Date.now() + 3_600_000).toISOString();
    await ben.api('PATCH', `/conversations/${talk}`, { mutedUntil: later });
    await ann.send(talk, 'muted');
    await logged(ben, 'dropped', 'muted');
    await ben.api('PATCH', `/conversations/${talk}`, { mutedUntil: null });
    const hour = (hours) =>
      `${String((new Date().getUTCHours() + hours + 24) % 24).padStart(2, '0')}:00`;
    const quietHours = { from: hour(-1), to: hour(2), timeZone: 'UTC' };
    const set = await ben.api('PATCH', '/users/me/settings', { quietHours, locale: 'de' });
    assert.deepEqual(set, { quietHours, locale: 'de' });
    await ann.send(talk, 'quiet');
    const entry = await logged(ben, 'dropped', 'quiet_hours');
    assert.equal(entry.explanation, 'It came in your quiet hours.');
    await ben.api('PATCH', '/users/me/settings', { quietHours: null });
    assert.equal((await ben.api('GET', '/users/me/settings')).quietHours, null);
    await ann.send(talk, 'loud');
    const [message] = await fcm.took(phone);
    assert.equal(message.notification.body, 'loud');
  });

  test('and those before it that wait make one push with a count', async () => {
    const { ann, ben, phone, talk } = await world();
    for (let number = 1; number <= 5; number += 1) await ann.send(talk, `${number}`);
    await eventually(() => fcm.for(phone).at(-1)?.notification.body === '5', 'the last one');
    const messages = fcm.for(phone);
    assert.ok(messages.length < 5, `${messages.length} pushes`);
    assert.equal(messages.at(-1).data.count, '5');
    assert.equal(messages.at(-1).android.notification.notification_count, 5);
    const ids = messages.map((message) => message.data.messageId);
    assert.equal(new Set(ids).size, ids.length);
    const entries = (await ben.api('GET', '/push/log')).data;
    assert.ok(entries.reduce((sum, entry) => sum + entry.count, 0) >= 5);
  });

  test('that is read is cleared silently from the other devices', async () => {
    const { ann, ben, phone, talk } = await world();
    const sent = await ann.send(talk, 'hello');
    await fcm.took(phone);
    await logged(ben, 'sent', null);
    await ben.api('POST', `/conversations/${talk}/read`, { seq: sent.seq });
    const [, clear] = await fcm.took(phone, 2);
    assert.equal(clear.notification, undefined);
    assert.equal(clear.data.type, 'clear');
    assert.equal(clear.data.conversationId, talk);
    assert.deepEqual(clear.apns.payload.aps, { 'content-available': 1 });
    assert.equal(clear.apns.headers['apns-push-type'], 'background');
  });
});

describe('a device', () => {
  test('leaves with its session, and moves to who registers it last', async () => {
    const { ann, ben, phone, talk } = await world();
    const session = await ben.signIn();
    const tablet = `tablet-${randomUUID()}`;
    const body = { kind: 'fcm', token: tablet };
    const token = session.accessToken;
    const answer = await request(server, 'POST', '/devices', { token, body });
    assert.deepEqual([answer.status, answer.body.kind], [201, 'fcm']);
    assert.ok(!JSON.stringify(answer.body).includes(tablet));
    await request(server, 'POST', '/auth/logout', { token });
    await ann.send(talk, 'to one');
    await fcm.took(phone);
    assert.equal(fcm.for(tablet).length, 0);
    await registerPhone(ann, phone);
    await ben.send(talk, 'to the other');
    const [, message] = await fcm.took(phone, 2);
    assert.equal(message.notification.title, 'New message from ben');
  });

  test('is refused with the field that is wrong, and removed by its owner alone', async () => {
    const { ann, ben } = await world();
    for (const [body, path] of [
      [{ kind: 'pigeon' }, 'kind'],
      [{ kind: 'fcm' }, 'token'],
      [{ kind: 'fcm', token: 'x'.repeat(5000) }, 'token'],
      [{ kind: 'webpush' }, 'subscription'],
    ]) {
      const answer = await ben.try('POST', '/devices', body);
      assert.equal(answer.status, 422, JSON.stringify(body));
      assert.deepEqual(
        answer.body.errors.map((error) => error.path),
        [path],
      );
    }
    const { id } = await ben.api('POST', '/devices', { kind: 'fcm', token: randomUUID() });
    assert.equal((await ann.try('DELETE', `/devices/${id}`)).status, 404);
    assert.equal((await ben.try('DELETE', `/devices/${id}`)).status, 204);
    assert.equal((await ben.try('DELETE', `/devices/${id}`)).status, 404);
    assert.equal((await request(server, 'GET', '/push/log')).status, 401);
  });
});

describe('what Firebase answers', () => {
  test('that a device is registered no more: it is removed', async () => {
    for (const refusal of [
      fcmError(404, 'NOT_FOUND', 'UNREGISTERED'),
      fcmError(403, 'PERMISSION_DENIED', 'SENDER_ID_MISMATCH'),
    ]) {
      const { ann, ben, phone, talk } = await world();
      fcm.answer(phone, refusal);
      await ann.send(talk, 'to nobody');
      const { deviceId } = await logged(ben, 'dropped', 'unregistered');
      assert.equal((await ben.try('DELETE', `/devices/${deviceId}`)).status, 404);
    }
  });

  test('that it is busy: it is asked again, not before it said', async () => {
    for (const refusal of [
      { ...fcmError(429, 'RESOURCE_EXHAUSTED', 'QUOTA_EXCEEDED'), headers: { 'retry-after': '1' } },
      { ...fcmError(503, 'UNAVAILABLE'), headers: { 'retry-after': '1' } },
      fcmError(500, 'INTERNAL'),
      { status: 'cut' },
    ]) {
      const { ann, ben, phone, talk } = await world();
      fcm.answer(phone, refusal);
      await ann.send(talk, 'again');
      const entry = await logged(ben, 'waiting', 'provider_busy');
      assert.ok(entry.detail.length > 0);
      await fcm.took(phone);
      const [first, second] = fcm.asked.filter((asked) => asked.message.token === phone);
      if (refusal.headers) assert.ok(second.at - first.at >= 1_000);
      assert.deepEqual(first.message.data, second.message.data);
      await logged(ben, 'sent', null);
    }
  });

  test('that a message is none: it is parked with the reason', async () => {
    for (const refusal of [
      fcmError(400, 'INVALID_ARGUMENT'),
      fcmError(401, 'UNAUTHENTICATED', 'THIRD_PARTY_AUTH_ERROR'),
    ]) {
      const { ann, ben, phone, talk } = await world();
      fcm.answer(phone, refusal);
      await ann.send(talk, 'bad');
      const entry = await logged(ben, 'failed', 'refused');
      assert.match(entry.detail, /as asked/);
      await ann.send(talk, 'good');
      const [message] = await fcm.took(phone);
      assert.equal(message.notification.body, 'good');
    }
  });

  test('that the access token is old: a new one is had', async () => {
    const { ann, phone, talk } = await world();
    await ann.send(talk, 'before');
    await fcm.took(phone);
    const before = fcm.tokens;
    fcm.expireTokens();
    await ann.send(talk, 'after');
    await fcm.took(phone, 2);
    assert.equal(fcm.tokens, before + 1);
  });
});

describe('a call', () => {
  test('rings, and stops ringing when another device takes it', async () => {
    const { ann, ben, phone, talk } = await world();
    const [caller, callee] = [
      await ann.connect(WEBSOCKET),
      await ben.connect({ auth: { token: (await ben.signIn()).accessToken } }),
    ];
    const call = { conversationId: talk, calleeId: ben.id, hasVideo: true };
    const { callId } = await caller.does('call:initiate', call);
    const [ring] = await fcm.took(phone);
    assert.equal(ring.android.priority, 'HIGH');
    const seconds = Number.parseInt(ring.android.ttl, 10);
    assert.ok(seconds > 0 && seconds <= 30, ring.android.ttl);
    assert.deepEqual(
      [ring.data.type, ring.data.callId, ring.data.callerId],
      ['call', callId, ann.id],
    );
    assert.equal(ring.notification.body, 'Incoming video call');
    await logged(ben, 'sent', null);
    await callee.does('call:answer', { to: ann.id, answer: { type: 'answer', sdp: 'v=0' } });
    const [, stop] = await fcm.took(phone, 2);
    assert.equal(stop.notification, undefined);
    assert.deepEqual([stop.data.type, stop.data.callId], ['call_end', callId]);
    assert.equal(stop.android.collapse_key, ring.android.collapse_key);
    ann.leave();
    ben.leave();
  });

  test('that its caller takes back is told as missed, in the place of the ring', async () => {
    const { ann, ben, phone, talk } = await world();
    const caller = await ann.connect(WEBSOCKET);
    const call = { conversationId: talk, calleeId: ben.id, hasVideo: false };
    const { callId } = await caller.does('call:initiate', call);
    const [ring] = await fcm.took(phone);
    await logged(ben, 'sent', null);
    await caller.does('call:cancel', { to: ben.id });
    const [, missed] = await fcm.took(phone, 2);
    assert.equal(missed.notification.title, 'Missed call from ann');
    assert.deepEqual([missed.data.type, missed.data.callId], ['missed_call', callId]);
    assert.equal(missed.android.notification.tag, ring.android.notification.tag);
    ann.leave();
  });
});

test('an operator sends a test, and is told what became of it', async () => {
  const { ann, ben, phone } = await world();
  const told = await server.command('push', 'test', ben.username);
  const [message] = await fcm.took(phone);
  assert.equal(message.data.type, 'test');
  assert.match(told, /took it/);
  const nobody = await server.command('push', 'test', ann.username);
  assert.match(nobody, /no device/);
});
