/** Blocks: what two cannot do any more, and what they do not see of each other. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { heardNothing } from '../lib/device.js';
import { registerAll } from '../lib/person.js';
import { startServer } from '../lib/server.js';
import { List, UserSummary, fits } from '../lib/shapes.js';

let server;
before(async () => {
  server = await startServer();
});
after(() => server.remove());

async function refused(person, method, path, body) {
  const answer = await person.try(method, path, body);
  assert.equal(answer.status, 403, `${method} ${path}: ${JSON.stringify(answer.body)}`);
  assert.equal(answer.body.code, 'forbidden');
}

async function statusOf(person, other) {
  const { status, lastSeenAt } = await person.api('GET', `/users/${other.id}`);
  return { status, lastSeenAt };
}

test('a block is listed by its maker alone, made and taken back as often as one likes', async () => {
  const { ann, ben } = await registerAll(server, 'ann', 'ben');
  for (let time = 0; time < 2; time += 1) {
    const made = await ann.try('PUT', `/blocks/${ben.id}`);
    assert.deepEqual([made.status, made.body], [204, null]);
  }
  const listed = await ann.api('GET', '/blocks');
  fits(listed, List(UserSummary));
  assert.deepEqual(
    listed.data.map((user) => user.id),
    [ben.id],
  );
  assert.deepEqual(await ben.api('GET', '/blocks'), { data: [] });
  for (let time = 0; time < 2; time += 1) {
    assert.equal((await ann.try('DELETE', `/blocks/${ben.id}`)).status, 204);
  }
  assert.deepEqual(await ann.api('GET', '/blocks'), { data: [] });
  assert.equal((await ann.try('PUT', '/blocks/nobody')).status, 404);
  await refused(ann, 'PUT', `/blocks/${ann.id}`);
});

test('between the two nothing begins and nothing is written, from either side', async () => {
  const { ann, ben, eve, fay } = await registerAll(server, 'ann', 'ben', 'eve', 'fay');
  const talk = await ann.direct(ben);
  const before = await ben.send(talk, 'before', { clientMessageId: 'one' });
  const choir = await eve.group('Choir', ann, ben);
  await ann.api('PUT', `/blocks/${ben.id}`);
  const heard = await ann.connect();
  for (const [one, other] of [
    [ann, ben],
    [ben, ann],
  ]) {
    const device = await one.connect();
    await device.fails('sendMessage', { conversationId: talk, content: 'no' }, 'forbidden');
    assert.equal((await device.hears('exception')).cause.pattern, 'sendMessage');
    await refused(one, 'POST', `/conversations/${talk}/messages`, { content: 'no' });
    await refused(one, 'PUT', `/messages/${before.id}/reactions/%F0%9F%91%8D`);
    await refused(one, 'POST', '/friend-requests', { receiverId: other.id });
    const participantIds = [other.id];
    await refused(one, 'POST', '/conversations/groups', { name: 'Trap', participantIds });
    const own = await one.group('Own', eve);
    await refused(one, 'POST', `/conversations/${own}/participants`, { userIds: participantIds });
    // What is there stays, and the groups that they share go on.
    assert.equal(await one.direct(other), talk);
    await one.send(choir, 'hello');
  }
  await refused(ben, 'PATCH', `/messages/${before.id}`, { content: 'insult' });
  const repeat = await ben.send(talk, 'before', { clientMessageId: 'one' });
  assert.equal(repeat.id, before.id);
  await refused(fay, 'POST', `/conversations/${talk}/messages`, { content: 'no' });
  await ann.api('DELETE', `/blocks/${ben.id}`);
  const again = await ben.send(talk, 'again');
  const told = await heard.hears('newMessage', (message) => message.conversationId === talk);
  assert.equal(told.id, again.id, 'nothing was told of what was refused');
  for (const person of [ann, ben]) person.leave();
});

test('neither sees the other come or go, while others do', async () => {
  const { ann, ben, eve } = await registerAll(server, 'ann', 'ben', 'eve');
  await ann.befriend(ben);
  const choir = await eve.group('Choir', ann, ben);
  const [anns, bens, eves] = await Promise.all([ann.connect(), ben.connect(), eve.connect()]);
  const of = (person) => (change) => change.userId === person.id;
  const hidden = { status: 'offline', lastSeenAt: null };
  await ann.api('PUT', `/blocks/${ben.id}`);
  for (const [device, other] of [
    [anns, ben],
    [bens, ann],
  ]) {
    const gone = (change) => of(other)(change) && change.status === 'offline';
    assert.deepEqual(await device.hears('userStatusChanged', gone), {
      userId: other.id,
      ...hidden,
    });
  }
  assert.deepEqual(await statusOf(ann, ben), hidden);
  assert.deepEqual(await statusOf(ben, ann), hidden);
  assert.equal((await statusOf(eve, ben)).status, 'online');
  for (const [device, self, other] of [
    [anns, ann, ben],
    [bens, ben, ann],
  ]) {
    const friends = await self.api('GET', '/friends');
    assert.equal(friends.data[0].status, 'offline');
    await eve.api('PATCH', `/conversations/${choir}`, { name: `Choir of ${self.username}` });
    const name = `Choir of ${self.username}`;
    const told = await device.hears('conversationUpdated', (changed) => changed.name === name);
    const listed = await self.api('GET', `/conversations/${choir}`);
    for (const { participants } of [told, listed]) {
      const seen = Object.fromEntries(participants.map((user) => [user.id, user.status]));
      assert.deepEqual(seen, { [self.id]: 'online', [other.id]: 'offline', [eve.id]: 'online' });
    }
  }
  anns.forget();
  bens.close();
  const left = await eves.hears(
    'userStatusChanged',
    (change) => of(ben)(change) && change.status === 'offline',
  );
  assert.equal(left.status, 'offline');
  await heardNothing(anns, eve, 'userStatusChanged');
  await ann.api('DELETE', `/blocks/${ben.id}`);
  await ben.connect();
  await anns.hears('userStatusChanged', (change) => of(ben)(change) && change.status === 'online');
  for (const person of [ann, ben, eve]) person.leave();
});

test('typing is told in the groups that the two share, and not in their own conversation', async () => {
  const { ann, ben, eve } = await registerAll(server, 'ann', 'ben', 'eve');
  const talk = await ann.direct(ben);
  const choir = await eve.group('Choir', ann, ben);
  // One that is there when the block comes, and one that comes later.
  const anns = await ann.connect();
  await ann.api('PUT', `/blocks/${ben.id}`);
  const bens = await ben.connect();
  for (const device of [anns, bens]) {
    await device.view(talk);
    await device.view(choir);
  }
  for (const [typist, other] of [
    [anns, bens],
    [bens, anns],
  ]) {
    for (const name of ['typing', 'stopTyping']) {
      for (const conversationId of [talk, choir]) await typist.does(name, { conversationId });
    }
    await other.hears('userStopTyping');
    const told = ['userTyping', 'userStopTyping'].flatMap((name) => other.heard(name));
    assert.deepEqual(
      told.map(({ conversationId }) => conversationId),
      [choir, choir],
    );
  }
  anns.forget();
  await ann.api('DELETE', `/blocks/${ben.id}`);
  await bens.does('typing', { conversationId: talk });
  await anns.hears('userTyping', ({ conversationId }) => conversationId === talk);
  for (const person of [ann, ben, eve]) person.leave();
});
