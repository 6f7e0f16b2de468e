/** People and friends over HTTP, in their exact shapes. */

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';

import { register, registerAll } from '../lib/person.js';
import { startServer } from '../lib/server.js';
import {
  Conversation,
  FriendRequest,
  FriendRequestWithSender,
  List,
  Me,
  User,
  UserSummary,
  fits,
  isProblem,
} from '../lib/shapes.js';

let server;
before(async () => {
  server = await startServer();
});
after(() => server.remove());

test('people are found by name, and shown without what is private', async () => {
  const { ann, findable } = await registerAll(server, 'ann', 'findable');
  const found = await ann.api('GET', `/users/search?q=${findable.username}`);
  fits(found, List(UserSummary));
  assert.deepEqual(
    found.data.map((user) => user.id),
    [findable.id],
  );
  const user = await ann.api('GET', `/users/${findable.id}`);
  fits(user, User);
  isProblem(await ann.try('GET', `/users/${randomUUID()}`), 404, 'not_found');
  isProblem(await ann.try('GET', '/users/search?q=a&limit=0'), 422, 'invalid_payload');
  isProblem(await ann.try('GET', '/users/search?q=a&limit=101'), 422, 'invalid_payload');
});

test('one changes what one says about oneself', async () => {
  const person = await register(server);
  const me = await person.api('PATCH', '/users/me', {
    displayName: ' Ann ',
    avatar: 'https://example.org/ann.png',
    bio: 'Hello.',
    phoneNumber: '+84 28 1234 5678',
    dateOfBirth: '1990-12-31',
  });
  fits(me, Me);
  assert.equal(me.displayName, 'Ann');
  const cleared = await person.api('PATCH', '/users/me', { bio: null });
  assert.equal(cleared.bio, null);
  assert.equal(cleared.dateOfBirth, '1990-12-31');
  for (const body of [
    { dateOfBirth: '2026-02-30' },
    { avatar: 'javascript:alert(1)' },
    { bio: 7 },
    { bio: 'x'.repeat(501) },
  ]) {
    isProblem(await person.try('PATCH', '/users/me', body), 422, 'invalid_payload');
  }
});

test('a friend request is asked, listed, accepted, and makes friends', async () => {
  const { ann, ben, eve } = await registerAll(server, 'ann', 'ben', 'eve');
  const answer = await ann.try('POST', '/friend-requests', { receiverId: ben.id });
  assert.equal(answer.status, 201);
  fits(answer.body, FriendRequest);
  const ask = (from, to) => from.try('POST', '/friend-requests', { receiverId: to.id });
  isProblem(await ask(ann, ben), 409, 'conflict');
  isProblem(await ask(ben, ann), 409, 'conflict');
  const pending = await ben.api('GET', '/friend-requests');
  fits(pending, List(FriendRequestWithSender));
  assert.equal(pending.data[0].sender.id, ann.id);
  assert.deepEqual((await ann.api('GET', '/friend-requests')).data, []);
  const accept = (person) => person.try('POST', `/friend-requests/${answer.body.id}/accept`);
  assert.ok([403, 404].includes((await accept(eve)).status));
  assert.ok([403, 404].includes((await accept(ann)).status));
  const accepted = await accept(ben);
  assert.equal(accepted.status, 200);
  fits(accepted.body, Conversation);
  assert.equal(accepted.body.isGroup, false);
  assert.ok([200, 409].includes((await accept(ben)).status));
  isProblem(await ask(ann, ben), 409, 'conflict');
  for (const [person, friend] of [
    [ann, ben],
    [ben, ann],
  ]) {
    const friends = await person.api('GET', '/friends');
    fits(friends, List(UserSummary));
    assert.deepEqual(
      friends.data.map((user) => user.id),
      [friend.id],
    );
  }
  assert.equal((await ann.try('DELETE', `/friends/${ben.id}`)).status, 204);
  assert.deepEqual((await ben.api('GET', '/friends')).data, []);
  isProblem(await ann.try('DELETE', `/friends/${ben.id}`), 404, 'not_found');
});

test('a friend request is rejected by its receiver or taken back by its sender', async () => {
  const { ann, ben } = await registerAll(server, 'ann', 'ben');
  const ask = () => ann.api('POST', '/friend-requests', { receiverId: ben.id });
  const first = await ask();
  const rejected = await ben.api('POST', `/friend-requests/${first.id}/reject`);
  fits(rejected, FriendRequest);
  assert.equal(rejected.status, 'REJECTED');
  isProblem(await ben.try('POST', `/friend-requests/${first.id}/accept`), 409, 'conflict');
  const second = await ask();
  assert.equal((await ann.try('DELETE', `/friend-requests/${second.id}`)).status, 204);
  assert.deepEqual((await ben.api('GET', '/friend-requests')).data, []);
  isProblem(await ben.try('POST', `/friend-requests/${second.id}/accept`), 409, 'conflict');
});

test('nobody befriends themselves, nobody, or something that is no id', async () => {
  const person = await register(server);
  const ask = (receiverId) => person.try('POST', '/friend-requests', { receiverId });
  isProblem(await ask(person.id), 403, 'forbidden');
  isProblem(await ask(randomUUID()), 404, 'not_found');
  for (const id of [['id'], {}, 7, null, '', undefined]) {
    isProblem(await ask(id), 422, 'invalid_payload');
  }
});
