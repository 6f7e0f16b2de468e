/** Erasing one's account: it is none any more at once, and what it wrote is emptied, whatever happens. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { PASSWORD, registerAll, request, signToken } from '../lib/person.js';
import { startServer } from '../lib/server.js';
import { Message, fits } from '../lib/shapes.js';

let server;
before(async () => {
  server = await startServer();
});
after(() => server.remove());

/** Asks until all that somebody wrote in a conversation is emptied; gives the history then. */
async function emptied(reader, conversationId, writer) {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const messages = await reader.history(conversationId);
    const own = messages.filter((message) => message.senderId === writer.id);
    if (own.every((message) => message.deletedAt)) return messages;
    assert.ok(Date.now() < deadline, 'it is not emptied');
  }
}

test('both devices are cut, and no token, password or name opens the account again', async () => {
  const { ann } = await registerAll(server, 'ann');
  const second = await ann.signIn();
  const devices = [await ann.connect(), await ann.connect({ auth: { token: second.accessToken } })];
  const answers = await Promise.all([
    ann.try('DELETE', '/users/me'),
    ann.try('DELETE', '/users/me'),
  ]);
  const first = answers.find((answer) => answer.status === 204);
  assert.ok(first, JSON.stringify(answers));
  assert.equal(first.body, null);
  assert.match(first.headers.get('set-cookie'), /salala_access=;/);
  for (const device of devices) {
    assert.equal(await device.disconnected(), 'io server disconnect');
    device.close();
  }
  for (const token of [ann.token, second.accessToken, signToken({ sub: ann.id, exp: 9e9 })]) {
    const error = await ann.dial({ auth: { token } }).refused();
    assert.deepEqual(error.data, { code: 'user_not_found' });
    assert.equal((await request(server, 'GET', '/auth/me', { token })).status, 401);
  }
  for (const email of [ann.email, ann.username]) {
    const body = { email, password: PASSWORD };
    assert.equal((await request(server, 'POST', '/auth/login', { body })).status, 401);
  }
  for (const { refreshToken } of [ann, second]) {
    const body = { refreshToken };
    assert.equal((await request(server, 'POST', '/auth/refresh', { body })).status, 401);
  }
  const body = { username: ann.username, email: ann.email, password: PASSWORD };
  const again = await request(server, 'POST', '/auth/register', { body });
  assert.equal(again.status, 201, JSON.stringify(again.body));
  assert.notEqual(again.body.user.id, ann.id);
});

test('who knew the user hears of it, and keeps a history without their words', async () => {
  const { ann, ben, eve } = await registerAll(server, 'ann', 'ben', 'eve');
  await ann.befriend(ben);
  const talk = await ann.direct(ben);
  const choir = await ann.group('Choir', ben, eve);
  const word = `needle${ann.id.slice(-12)}`;
  const secret = await ann.send(talk, `${word} ann`);
  const answer = await ben.send(talk, `${word} ben`, { replyToId: secret.id });
  await ann.api('PUT', `/messages/${answer.id}/reactions/%F0%9F%91%8D`);
  await ann.api('POST', `/conversations/${talk}/read`, { seq: 2 });
  const sung = await ann.send(choir, 'la');
  const unread = await eve.api('GET', `/conversations/${choir}`);
  assert.equal(unread.unreadCount, 1);
  await eve.api('POST', '/friend-requests', { receiverId: ann.id });
  await ann.connect();
  const [bens, eves] = await Promise.all([ben.connect(), eve.connect()]);
  assert.equal((await ann.try('DELETE', '/users/me')).status, 204);
  for (const device of [bens, eves]) {
    const gone = await device.hears('userStatusChanged', (change) => change.userId === ann.id);
    assert.deepEqual(gone, { userId: ann.id, status: 'offline', lastSeenAt: null });
    const left = await device.hears('conversationUpdated', (changed) => changed.id === choir);
    assert.deepEqual(left.participantIds, [ben.id, eve.id]);
    assert.equal(left.participants[0].role, 'owner');
    const told = await device.hears('messageDeleted', (message) => message.id === sung.id);
    fits(told, Message);
    assert.deepEqual([told.content, told.fileUrl, told.senderId], [null, null, ann.id]);
  }
  const request = await eves.hears('friendRequestUpdated');
  assert.equal(request.status, 'REJECTED');
  const removed = await bens.hears('message:reaction:remove');
  assert.deepEqual([removed.messageId, removed.userId], [answer.id, ann.id]);
  const changed = await bens.hears(
    'conversationUpdated',
    (conversation) => conversation.id === talk,
  );
  const tombstone = changed.participants.find((user) => user.id === ann.id);
  assert.match(tombstone.username, /^deleted-/);
  assert.deepEqual(
    [tombstone.displayName, tombstone.avatar, tombstone.status, tombstone.lastSeenAt],
    ['Deleted account', null, 'offline', null],
  );
  const [first, second] = await emptied(ben, talk, ann);
  assert.deepEqual([first.content, first.sender.username], [null, tombstone.username]);
  assert.deepEqual([second.content, second.replyTo.content], [`${word} ben`, null]);
  assert.equal((await eve.api('GET', `/conversations/${choir}`)).unreadCount, 0);
  const hits = await ben.api('GET', `/search/messages?q=${word}`);
  assert.deepEqual(
    hits.data.map((hit) => hit.id),
    [answer.id],
  );
  // To the others it is nobody, and the conversation is one that nobody writes into.
  assert.equal((await ben.try('GET', `/users/${ann.id}`)).status, 404);
  assert.deepEqual(await ben.api('GET', '/friends'), { data: [] });
  assert.deepEqual(await ben.api('GET', `/users/search?q=${ann.username}`), { data: [] });
  assert.equal((await ben.try('POST', '/friend-requests', { receiverId: ann.id })).status, 404);
  assert.equal((await ben.try('POST', '/conversations/direct', { userId: ann.id })).status, 404);
  await bens.fails('sendMessage', { conversationId: talk, content: 'no' }, 'forbidden');
  for (const person of [ann, ben, eve]) person.leave();
});

test('five thousand messages are emptied though the server is killed in the middle', async () => {
  const { ann, ben, eve } = await registerAll(server, 'ann', 'ben', 'eve');
  const talk = await ann.direct(ben);
  const device = await ann.connect();
  const send = (number) =>
    device.does('sendMessage', { conversationId: talk, content: `message ${number}` });
  for (let sent = 0; sent < 5000; sent += 500) {
    await Promise.all(Array.from({ length: 500 }, (_, index) => send(sent + index)));
  }
  const bens = await ben.connect({ reconnection: false });
  assert.equal((await ann.try('DELETE', '/users/me')).status, 204);
  await bens.until(() => bens.heard('messageDeleted').length >= 500, 'the first five hundred');
  // Others go on meanwhile.
  const other = await ben.direct(eve);
  await ben.send(other, 'meanwhile');
  await server.kill();
  await bens.disconnected();
  await server.start();
  const between = await ben.history(talk);
  assert.equal(between.length, 5000);
  const messages = await emptied(ben, talk, ann);
  assert.equal(messages.length, 5000);
  assert.ok(messages.every((message) => message.content === null && message.deletedAt));
  assert.equal((await ben.api('GET', `/conversations/${talk}`)).unreadCount, 0);
  for (const person of [ann, ben, eve]) person.leave();
});

test('an operator erases an account while the server runs, and while it does not', async () => {
  const { ann, ben, eve } = await registerAll(server, 'ann', 'ben', 'eve');
  const choir = await eve.group('Choir', ann, ben);
  const sung = await ann.send(choir, 'la');
  const [anns, eves] = await Promise.all([ann.connect(), eve.connect()]);
  const printed = await server.command('user', 'delete', ann.username);
  assert.match(printed, /was shut out/);
  assert.equal(await anns.disconnected(), 'io server disconnect');
  await eves.hears('messageDeleted', (message) => message.id === sung.id);
  const left = await eves.hears('conversationUpdated', (changed) => changed.id === choir);
  assert.deepEqual(left.participantIds, [eve.id, ben.id]);
  const last = await ben.send(choir, 'lala');
  await server.stop();
  assert.match(await server.command('user', 'delete', ben.email), /was erased/);
  await server.start();
  const messages = await eve.history(choir);
  assert.deepEqual(
    messages.map((message) => [message.id, message.content]),
    [
      [sung.id, null],
      [last.id, null],
    ],
  );
  const error = await ann.dial().refused();
  assert.deepEqual(error.data, { code: 'user_not_found' });
  for (const person of [ann, ben, eve]) person.leave();
});
