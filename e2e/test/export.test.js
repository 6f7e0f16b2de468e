/** Everything held about a user, as one document to take away. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { registerAll } from '../lib/person.js';
import { startServer } from '../lib/server.js';
import { Export, fits } from '../lib/shapes.js';

let server;
before(async () => {
  server = await startServer();
});
after(() => server.remove());

test('an export holds what is one’s own, also of where one has left, and nothing that others wrote', async () => {
  const { ann, ben, eve } = await registerAll(server, 'ann', 'ben', 'eve');
  await ann.befriend(ben);
  await eve.api('POST', '/friend-requests', { receiverId: ann.id });
  await ann.api('PATCH', '/users/me', { phoneNumber: '123', dateOfBirth: '1990-01-01' });
  await ben.api('PATCH', '/users/me', { phoneNumber: 'phone of ben', bio: 'a bio of ben' });
  const talk = await ann.direct(ben);
  const choir = await eve.group('Choir', ann, ben);
  const theirs = await ben.send(talk, 'words of ben');
  const mine = await ann.send(talk, 'words of ann', { replyToId: theirs.id });
  await ben.api('PUT', `/messages/${mine.id}/reactions/%F0%9F%8E%89`);
  const reaction = await ann.api('PUT', `/messages/${theirs.id}/reactions/%F0%9F%91%8D`);
  await ann.api('POST', `/conversations/${talk}/read`, { seq: 2 });
  const sung = await ann.send(choir, 'la');
  const gone = await ann.send(choir, 'lala');
  await ann.api('DELETE', `/messages/${gone.id}`);
  await ann.api('DELETE', `/conversations/${choir}/participants/${ann.id}`);
  await ann.api('PUT', `/blocks/${eve.id}`);
  const document = await ann.api('GET', '/export/me');
  fits(document, Export);
  assert.deepEqual(
    [document.profile.id, document.profile.email, document.profile.phoneNumber],
    [ann.id, ann.email, '123'],
  );
  const ids = (list, name) => list.map((row) => row[name]);
  assert.deepEqual(ids(document.sessions, 'current'), [true]);
  assert.deepEqual(ids(document.friends, 'id'), [ben.id]);
  assert.deepEqual(ids(document.sentFriendRequests, 'receiverId'), [ben.id]);
  assert.deepEqual(ids(document.receivedFriendRequests, 'senderId'), [eve.id]);
  assert.deepEqual(ids(document.blocks, 'id'), [eve.id]);
  assert.deepEqual(ids(document.conversations, 'id'), [talk]);
  assert.equal(document.conversations[0].other.id, ben.id);
  assert.deepEqual(document.pastMemberships, [{ conversationId: choir, joinedSeq: 0, leftSeq: 2 }]);
  assert.deepEqual(Object.fromEntries(document.messages.map((own) => [own.id, own.content])), {
    [mine.id]: 'words of ann',
    [sung.id]: 'la',
    [gone.id]: null,
  });
  assert.deepEqual(document.reactions, [reaction]);
  assert.deepEqual(
    document.reads.map((read) => [read.conversationId, read.firstSeq, read.lastSeq]),
    [[talk, 1, 2]],
  );
  const text = JSON.stringify(document);
  for (const secret of [
    'words of ben',
    ben.email,
    'phone of ben',
    'a bio of ben',
    '🎉',
    'argon2',
  ]) {
    assert.ok(!text.includes(secret), secret);
  }
});

test('an export tells calls as the list of calls does, and of who blocks nothing more', async () => {
  const { ann, ben, eve } = await registerAll(server, 'ann', 'ben', 'eve');
  const [phone, bens, eves] = await Promise.all([ann, ben, eve].map((each) => each.connect()));
  const [withBen, withEve] = [await ann.direct(ben), await ann.direct(eve)];
  const call = async (caller, conversationId, callee) => {
    const asked = { conversationId, calleeId: callee.id, hasVideo: true };
    return (await caller.does('call:initiate', asked)).callId;
  };
  const rejected = await call(phone, withBen, ben);
  await bens.does('call:reject', { to: ann.id });
  const cut = await call(eves, withEve, ann);
  await call(bens, await ben.direct(eve), eve);
  await eve.api('PUT', `/blocks/${ann.id}`);
  const { calls } = await ann.api('GET', '/export/me');
  assert.deepEqual(
    calls.map((row) => [row.id, row.direction, row.state, row.peer.status]),
    [
      [cut, 'incoming', 'cancelled', 'offline'],
      [rejected, 'outgoing', 'rejected', 'online'],
    ],
  );
  assert.deepEqual(calls, (await ann.api('GET', '/calls')).data);
  for (const person of [ann, ben, eve]) person.leave();
});

test('an export that is read slowly is one at a time, and holds up nobody', async () => {
  const { ann, ben } = await registerAll(server, 'ann', 'ben');
  const talk = await ann.direct(ben);
  const device = await ann.connect();
  // More than what the system keeps for a connection that nobody reads.
  const content = 'x'.repeat(4000);
  for (let sent = 0; sent < 5000; sent += 500) {
    const send = () => device.does('sendMessage', { conversationId: talk, content });
    await Promise.all(Array.from({ length: 500 }, send));
  }
  const headers = { authorization: `Bearer ${ann.token}` };
  const held = await fetch(`${server.url}/api/v1/export/me`, { headers });
  assert.match(held.headers.get('content-disposition'), /^attachment/);
  const refused = await ann.try('GET', '/export/me');
  assert.equal(refused.status, 429);
  assert.ok(refused.headers.has('retry-after'));
  await ben.send(talk, 'meanwhile');
  await ben.api('GET', '/export/me');
  const document = await held.json();
  assert.equal(document.messages.length, 5000);
  assert.deepEqual((await ann.api('GET', '/export/me')).messages, document.messages);
  for (const person of [ann, ben]) person.leave();
});
