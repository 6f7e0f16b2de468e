/** Two servers on one database and one Redis: what nobody keeps is heard on both all the same. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { eventually } from '../../lib/eventually.js';
import { registerAll, request } from '../../lib/person.js';
import { RedisServer } from '../../lib/redis.js';
import { startServer } from '../../lib/server.js';

const WEBSOCKET = { transports: ['websocket'] };

let redis;
let one;
let other;
before(async () => {
  redis = await RedisServer.create();
  const env = { REDIS_URL: redis.url };
  one = await startServer({ env });
  other = await startServer({ env, beside: one });
});
after(async () => {
  await other.remove();
  await one.remove();
  await redis.remove();
});

/** A device of a person on a server. */
const connect = (person, server, options = {}) =>
  person.connect({ ...WEBSOCKET, ...options, url: server.url });

/** What a device heard of a person's coming and going. */
const statuses = (device, person) =>
  device
    .heard('userStatusChanged', (change) => change.userId === person.id)
    .map(({ status }) => status);

/** Waits until a person is shown so in a friend's list, as a server tells it. */
function shown(friend, server, person, status) {
  return eventually(async () => {
    const { body } = await request(server, 'GET', '/friends', { token: friend.token });
    return body.data.find(({ id }) => id === person.id)?.status === status;
  }, `${person.username} to be ${status}`);
}

test('the first device and the last one are told on both servers, and lists agree', async () => {
  const { ann, ben } = await registerAll(one, 'ann', 'ben');
  await ann.befriend(ben);
  const [here, there] = [await connect(ben, one), await connect(ben, other)];
  const first = await connect(ann, one);
  for (const device of [here, there]) await device.hears('userStatusChanged');
  await shown(ben, one, ann, 'online');
  await shown(ben, other, ann, 'online');
  const second = await connect(ann, other);
  first.close();
  // The second one goes later than the grace of the first lasts.
  await new Promise((resolve) => setTimeout(resolve, 2500));
  second.close();
  const isGone = ({ userId, status }) => userId === ann.id && status === 'offline';
  for (const device of [here, there]) {
    await device.hears('userStatusChanged', isGone);
    assert.deepEqual(statuses(device, ann), ['online', 'offline']);
  }
  await shown(ben, one, ann, 'offline');
  await shown(ben, other, ann, 'offline');
  const sets = await redis.command('SCARD', `user_sockets:${ben.id}`);
  assert.equal(sets, '2');
  assert.equal(await redis.command('SISMEMBER', 'online_users', ben.id), '1');
  assert.equal(await redis.command('SISMEMBER', `user_sockets:${ben.id}`, here.socket.id), '1');
  ben.leave();
});

test('who changes over to the other server was never gone', async () => {
  const { ann, ben } = await registerAll(one, 'ann', 'ben');
  await ann.befriend(ben);
  const watcher = await connect(ben, other);
  const before = await connect(ann, one);
  await watcher.hears('userStatusChanged');
  before.close();
  const after = await connect(ann, other);
  await new Promise((resolve) => setTimeout(resolve, 2500));
  after.close();
  await watcher.hears('userStatusChanged', ({ status }) => status === 'offline');
  assert.deepEqual(statuses(watcher, ann), ['online', 'offline']);
  ben.leave();
});

test('typing is seen on the other server, and its end', async () => {
  const { ann, ben } = await registerAll(one, 'ann', 'ben');
  const conversationId = await ann.direct(ben);
  const [writer, viewer] = [await connect(ann, one), await connect(ben, other)];
  await viewer.view(conversationId);
  await writer.view(conversationId);
  const expected = { userId: ann.id, conversationId };
  await writer.does('typing', { conversationId });
  assert.deepEqual(await viewer.hears('userTyping'), expected);
  await writer.does('stopTyping', { conversationId });
  assert.deepEqual(await viewer.hears('userStopTyping'), expected);
  viewer.forget();
  await writer.does('typing', { conversationId });
  await viewer.hears('userTyping');
  // Whoever drops out writes no more.
  writer.close();
  assert.deepEqual(await viewer.hears('userStopTyping'), expected);
  ben.leave();
});

test('a call rings, is answered and ended across the servers', async () => {
  const { ann, ben } = await registerAll(one, 'ann', 'ben');
  const conversationId = await ann.direct(ben);
  const caller = await connect(ann, one);
  const [callee, second] = [await connect(ben, other), await connect(ben, one)];
  const started = await caller.does('call:initiate', {
    conversationId,
    calleeId: ben.id,
    hasVideo: true,
  });
  assert.equal(started.calleeOnline, true);
  const { callId } = started;
  for (const device of [callee, second]) {
    const ring = await device.hears('call:incoming');
    assert.deepEqual([ring.callId, ring.callerId, ring.hasVideo], [callId, ann.id, true]);
  }
  await caller.does('call:offer', { to: ben.id, offer: { sdp: 'o' } });
  for (const device of [callee, second]) {
    assert.deepEqual((await device.hears('call:offer')).offer, { sdp: 'o' });
  }
  await callee.does('call:answer', { to: ann.id, answer: { sdp: 'a' } });
  assert.deepEqual((await caller.hears('call:answer')).answer, { sdp: 'a' });
  const elsewhere = await second.hears('call:ended');
  assert.equal(elsewhere.reason, 'answered_elsewhere');
  for (let number = 0; number < 20; number += 1) {
    await caller.does('call:ice-candidate', { to: ben.id, candidate: { number } });
  }
  await callee.until(() => callee.heard('call:ice-candidate').length === 20, 'candidates');
  assert.deepEqual(
    callee.heard('call:ice-candidate').map(({ candidate }) => candidate.number),
    Array.from({ length: 20 }, (_, number) => number),
  );
  assert.deepEqual(second.heard('call:ice-candidate'), []);
  await callee.does('call:end', { to: ann.id });
  assert.equal((await caller.hears('call:ended')).callId, callId);

  const again = await caller.does('call:initiate', {
    conversationId,
    calleeId: ben.id,
    hasVideo: false,
  });
  await callee.hears('call:incoming', (ring) => ring.callId === again.callId);
  await callee.does('call:reject', { to: ann.id });
  assert.equal((await caller.hears('call:rejected')).callId, again.callId);
  [ann, ben].forEach((person) => person.leave());
});

test('a call whose other side was on a server that is killed ends when nobody comes back', async () => {
  const third = await startServer({ env: { REDIS_URL: redis.url }, beside: one });
  const { ann, ben } = await registerAll(one, 'ann', 'ben');
  const conversationId = await ann.direct(ben);
  const caller = await connect(ann, one);
  const callee = await connect(ben, third, { reconnection: false });
  const call = { conversationId, calleeId: ben.id, hasVideo: false };
  const { callId } = await caller.does('call:initiate', call);
  await callee.hears('call:incoming');
  await callee.does('call:answer', { to: ann.id, answer: { sdp: 'a' } });
  await caller.hears('call:answer');
  await third.kill();
  // The lease of the dead one runs out, and then the time to come back.
  const ends = () => caller.heard('call:ended');
  await eventually(() => ends().length > 0, 'the end', 60_000);
  const [{ callId: ended, reason }] = ends();
  assert.deepEqual([ended, reason], [callId, 'connection_lost']);
  await third.remove();
  [ann, ben].forEach((person) => person.leave());
});

test('ended sign-ins are cut on the other server, also by a command', async () => {
  const { ann, ben } = await registerAll(one, 'ann', 'ben');
  const [kept, cut] = [await connect(ann, one), await connect(ann, other)];
  // The session of the first token, ended through the server on which the socket is not.
  const fresh = await ann.signIn();
  const sessions = await ann.api('GET', '/auth/sessions');
  const own = sessions.data.find(({ current }) => current);
  const later = await connect(ann, other, { auth: { token: fresh.accessToken } });
  const answer = await fetch(`${one.url}/api/v1/auth/sessions/${own.id}`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${fresh.accessToken}` },
  });
  assert.equal(answer.status, 204);
  for (const device of [kept, cut]) {
    assert.equal(await device.disconnected(), 'io server disconnect');
  }
  assert.equal(later.socket.connected, true);
  later.close();

  const theirs = [await connect(ben, one), await connect(ben, other)];
  await one.command('user', 'disable', ben.username);
  for (const device of theirs) {
    assert.equal(await device.disconnected(), 'io server disconnect');
  }
});

test('whoever was on a server that is killed is told to be gone by the other', async () => {
  const third = await startServer({ env: { REDIS_URL: redis.url }, beside: one });
  const { ann, ben, eve } = await registerAll(one, 'ann', 'ben', 'eve');
  await ann.befriend(ben);
  await eve.befriend(ben);
  const watcher = await connect(ben, other);
  const stuck = { reconnection: false };
  await connect(ann, third, stuck);
  await connect(eve, third, stuck);
  await connect(eve, one);
  await watcher.until(() => statuses(watcher, ann).length === 1, 'ann');
  await third.kill();
  await watcher.hears(
    'userStatusChanged',
    ({ userId, status }) => userId === ann.id && status === 'offline',
  );
  assert.deepEqual(statuses(watcher, ann), ['online', 'offline']);
  assert.deepEqual(statuses(watcher, eve), ['online']);
  await third.remove();
  [ann, ben, eve].forEach((person) => person.leave());
});

test('without Redis each server goes on, and all is right again when it is back', async () => {
  const { ann, ben, eve } = await registerAll(one, 'ann', 'ben', 'eve');
  await ann.befriend(ben);
  await ann.befriend(eve);
  const conversationId = await ann.direct(ben);
  const watcher = await connect(ben, other);
  await watcher.view(conversationId);
  const before = await connect(eve, one);
  await redis.stop();
  const device = await connect(ann, one);
  await device.does('sendMessage', { conversationId, content: 'still here' });
  await watcher.hears('newMessage');
  before.close();
  const call = { conversationId, calleeId: ben.id, hasVideo: false };
  const { callId } = await device.does('call:initiate', call);
  await redis.start();
  assert.equal((await watcher.hears('call:incoming')).callId, callId);
  await shown(ben, other, ann, 'online');
  await shown(ann, one, eve, 'offline');
  const isListed = async () => (await redis.command('SISMEMBER', 'online_users', ann.id)) === '1';
  await eventually(isListed, 'ann to be in the list of all');
  // Typing reaches the other side again.
  await eventually(async () => {
    await device.does('typing', { conversationId });
    return watcher.heard('userTyping').length > 0;
  }, 'typing');
  [ann, ben, eve].forEach((person) => person.leave());
});
