/** `sync`: what a client lacks that keeps messages of its own. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { registerAll } from '../lib/person.js';
import { startServer } from '../lib/server.js';

let server;
before(async () => {
  server = await startServer();
});
after(() => server.remove());

test('a client is given the messages that it lacks, oldest first, and asks again for the rest', async () => {
  const { ann, ben, eve } = await registerAll(server, 'ann', 'ben', 'eve');
  const [one, two] = [await ann.direct(ben), await ann.group('crowd', ben)];
  for (let number = 1; number <= 5; number += 1) {
    await ann.send(one, `one ${number}`);
    await ann.send(two, `two ${number}`);
  }
  const device = await ben.connect({ transports: ['websocket'] });
  const answer = await device.does('sync', { conversations: { [one]: 2, [two]: 5 }, limit: 2 });
  assert.deepEqual(Object.keys(answer).sort(), ['added', 'conversations', 'removed']);
  const texts = (part) => part.messages.map((message) => message.content);
  assert.deepEqual(texts(answer.conversations[one]), ['one 3', 'one 4']);
  assert.deepEqual(
    { ...answer.conversations[one], messages: [] },
    { messages: [], lastSeq: 5, complete: false },
  );
  assert.deepEqual(answer.conversations[two], { messages: [], lastSeq: 5, complete: true });
  assert.deepEqual([answer.removed, answer.added], [[], []]);
  const rest = await device.does('sync', { conversations: { [one]: 4, [two]: 5 } });
  assert.deepEqual(texts(rest.conversations[one]), ['one 5']);
  assert.equal(rest.conversations[one].complete, true);
  // Without any, all of the user's conversations are new.
  const fresh = await device.does('sync', { conversations: {} });
  assert.deepEqual(fresh.added.map((conversation) => conversation.id).sort(), [one, two].sort());
  assert.equal(fresh.added[0].unreadCount, 5);
  const none = await (await eve.connect()).does('sync', { conversations: {} });
  assert.deepEqual(none, { conversations: {}, removed: [], added: [] });
  ben.leave();
  eve.leave();
});

test('a conversation that is not the client’s is told as removed, whatever it is', async () => {
  const { ann, ben, eve } = await registerAll(server, 'ann', 'ben', 'eve');
  const groupId = await ann.group('crowd', ben);
  const foreignId = await ann.direct(eve);
  await ann.send(groupId, 'seen');
  await ann.api('DELETE', `/conversations/${groupId}/participants/${ben.id}`);
  await ann.send(groupId, 'not for you');
  const device = await ben.connect();
  const conversations = { [groupId]: 0, [foreignId]: 0, none: 3 };
  const answer = await device.does('sync', { conversations });
  assert.deepEqual(answer.conversations, {});
  assert.deepEqual(answer.removed.sort(), [groupId, foreignId, 'none'].sort());
  // Back again, only what came while they were in is theirs.
  await ann.api('POST', `/conversations/${groupId}/participants`, { userIds: [ben.id] });
  await ann.send(groupId, 'again');
  const back = await device.does('sync', { conversations: { [groupId]: 0 } });
  const { messages, lastSeq, complete } = back.conversations[groupId];
  assert.deepEqual(
    messages.map((message) => message.content),
    ['seen', 'again'],
  );
  assert.deepEqual([lastSeq, complete], [3, true]);
  ben.leave();
});

test('a payload that does not fit is refused', async () => {
  const { ann } = await registerAll(server, 'ann');
  const device = await ann.connect();
  for (const payload of [null, {}, { conversations: [] }, { conversations: { a: -1 } }]) {
    await device.fails('sync', payload, 'invalid_payload');
  }
  await device.fails('sync', { conversations: {}, limit: 1001 }, 'invalid_payload');
  ann.leave();
});
