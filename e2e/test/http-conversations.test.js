/** Conversations, their members and their history over HTTP, in their exact shapes. */

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { after, before, test } from 'node:test';

import { register, registerAll, request } from '../lib/person.js';
import { startServer } from '../lib/server.js';
import {
  Conversation,
  HistoryMessage,
  HistoryPage,
  Message,
  Page,
  Reaction,
  fits,
  isProblem,
} from '../lib/shapes.js';

let server;
before(async () => {
  server = await startServer();
});
after(() => server.remove());

const seqs = (page) => page.data.map((message) => message.seq);

test('two who ask at once get one conversation', async () => {
  const { ann, ben } = await registerAll(server, 'ann', 'ben');
  const open = (from, to) => from.try('POST', '/conversations/direct', { userId: to.id });
  const answers = await Promise.all([
    open(ann, ben),
    open(ben, ann),
    open(ann, ben),
    open(ben, ann),
  ]);
  for (const { body } of answers) fits(body, Conversation);
  assert.equal(new Set(answers.map(({ body }) => body.id)).size, 1);
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 200, 200, 201]);
  isProblem(await open(ann, ann), 403, 'forbidden');
  isProblem(await open(ann, { id: randomUUID() }), 404, 'not_found');
});

test('conversations are listed newest activity first, page by page', async () => {
  const { ann, ben, cem, dan } = await registerAll(server, 'ann', 'ben', 'cem', 'dan');
  const ids = [await ann.direct(ben), await ann.direct(cem), await ann.direct(dan)];
  for (const id of ids) await ann.send(id, 'hello');
  await ben.send(ids[0], 'and back');
  const first = await ann.api('GET', '/conversations?limit=2');
  fits(first, Page(Conversation));
  const cursor = encodeURIComponent(first.nextCursor);
  const second = await ann.api('GET', `/conversations?limit=2&cursor=${cursor}`);
  assert.equal(second.nextCursor, null);
  assert.deepEqual(
    [...first.data, ...second.data].map((conversation) => conversation.id),
    [ids[0], ids[2], ids[1]],
  );
  assert.equal(first.data[0].unreadCount, 1);
  assert.equal(first.data[0].lastMessage.content, 'and back');
  for (const query of ['limit=0', 'limit=101', 'limit=x', 'limit=1.5', 'cursor=nonsense']) {
    isProblem(await ann.try('GET', `/conversations?${query}`), 422, 'invalid_payload');
  }
});

test('roles: who may rename, add, remove and give roles', async () => {
  const { owner, admin, member, other, eve } = await registerAll(
    server,
    'owner',
    'admin',
    'member',
    'other',
    'eve',
  );
  const id = await owner.group('the group', admin, member, other);
  const path = `/conversations/${id}`;
  const role = (person, to, word) =>
    person.try('PATCH', `${path}/participants/${to.id}`, { role: word });
  const rename = (person) => person.try('PATCH', path, { name: 'renamed' });
  const add = (person) => person.try('POST', `${path}/participants`, { userIds: [eve.id] });
  const remove = (person, who) => person.try('DELETE', `${path}/participants/${who.id}`);

  isProblem(await rename(member), 403, 'forbidden');
  isProblem(await add(member), 403, 'forbidden');
  isProblem(await remove(member, other), 403, 'forbidden');
  isProblem(await role(member, member, 'admin'), 403, 'forbidden');
  isProblem(await rename(eve), 403, 'forbidden');
  isProblem(await role(owner, admin, 'emperor'), 422, 'invalid_payload');

  const given = await role(owner, admin, 'admin');
  assert.equal(given.status, 200);
  fits(given.body, Conversation);
  const renamed = await rename(admin);
  assert.equal(renamed.status, 200);
  fits(renamed.body, Conversation);
  assert.equal(renamed.body.name, 'renamed');
  assert.equal(renamed.body.role, 'admin');
  assert.equal((await add(admin)).status, 204);
  assert.equal((await remove(admin, eve)).status, 204);
  isProblem(await remove(admin, owner), 403, 'forbidden');
  isProblem(await role(admin, member, 'admin'), 403, 'forbidden');
  assert.equal((await remove(member, member)).status, 204);

  // An owner who leaves hands over to the first admin.
  assert.equal((await remove(owner, owner)).status, 204);
  assert.equal((await admin.api('GET', path)).role, 'owner');
  isProblem(await owner.try('GET', path), 403, 'forbidden');
});

test('a member mutes, pins and puts away for themselves alone', async () => {
  const { ann, ben } = await registerAll(server, 'ann', 'ben');
  const id = await ann.group('the group', ben);
  const moment = '2030-01-01T00:00:00.000Z';
  const changed = await ben.api('PATCH', `/conversations/${id}`, {
    mutedUntil: moment,
    pinnedAt: moment,
    archivedAt: moment,
    markedUnread: true,
  });
  fits(changed, Conversation);
  assert.equal(changed.mutedUntil, moment);
  assert.equal(changed.markedUnread, true);
  const others = await ann.api('GET', `/conversations/${id}`);
  assert.equal(others.mutedUntil, null);
  assert.equal(others.markedUnread, false);
  const cleared = await ben.api('PATCH', `/conversations/${id}`, { mutedUntil: null });
  assert.equal(cleared.mutedUntil, null);
  assert.equal(cleared.pinnedAt, moment);
  for (const body of [{ mutedUntil: 'soon' }, { markedUnread: 'yes' }, { name: ' ' }]) {
    const answer = await ann.try('PATCH', `/conversations/${id}`, body);
    isProblem(answer, 422, 'invalid_payload');
  }
});

test('history is paged both ways, and from any place', async () => {
  const { ann, ben, eve } = await registerAll(server, 'ann', 'ben', 'eve');
  const id = await ann.direct(ben);
  for (let number = 1; number <= 10; number += 1) await ann.send(id, `message ${number}`);
  const get = (query) => ben.api('GET', `/conversations/${id}/messages?${query}`);
  const newest = await get('limit=4');
  fits(newest, HistoryPage);
  assert.deepEqual(seqs(newest), [10, 9, 8, 7]);
  assert.equal(newest.prevCursor, null);
  const older = await get(`limit=4&cursor=${encodeURIComponent(newest.nextCursor)}`);
  assert.deepEqual(seqs(older), [6, 5, 4, 3]);
  const oldest = await get(`limit=4&cursor=${encodeURIComponent(older.nextCursor)}`);
  assert.deepEqual(seqs(oldest), [2, 1]);
  assert.equal(oldest.nextCursor, null);
  const back = await get(`limit=4&cursor=${encodeURIComponent(older.prevCursor)}`);
  assert.deepEqual(seqs(back), [10, 9, 8, 7]);
  assert.deepEqual(seqs(await get('before=4&limit=2')), [3, 2]);
  assert.deepEqual(seqs(await get('after=4&limit=2')), [6, 5]);
  const around = seqs(await get('around=5&limit=3'));
  assert.deepEqual(around, [6, 5, 4]);
  for (const query of ['before=x', 'before=-1', 'limit=0', 'limit=101', 'cursor=x']) {
    const answer = await ben.try('GET', `/conversations/${id}/messages?${query}`);
    isProblem(answer, 422, 'invalid_payload');
  }
  isProblem(await eve.try('GET', `/conversations/${id}/messages`), 403, 'forbidden');
  isProblem(await eve.try('GET', `/conversations/${randomUUID()}/messages`), 404, 'not_found');
});

test('who joins later sees what is written from then on', async () => {
  const { ann, ben, late } = await registerAll(server, 'ann', 'ben', 'late');
  const id = await ann.group('the group', ben);
  const early = await ann.send(id, 'before');
  await ann.api('POST', `/conversations/${id}/participants`, { userIds: [late.id] });
  const conversation = await late.api('GET', `/conversations/${id}`);
  assert.equal(conversation.unreadCount, 0);
  assert.equal(conversation.lastReadSeq, 1);
  await ann.send(id, 'after');
  assert.deepEqual(seqs(await late.api('GET', `/conversations/${id}/messages`)), [2]);
  isProblem(await late.try('GET', `/messages/${early.id}`), 403, 'forbidden');
});

test('a message is sent, read, edited and deleted by its author', async () => {
  const { ann, ben, eve } = await registerAll(server, 'ann', 'ben', 'eve');
  const id = await ann.direct(ben);
  const draft = { content: 'first words', clientMessageId: 'c-1' };
  const made = await ann.try('POST', `/conversations/${id}/messages`, draft);
  assert.equal(made.status, 201);
  fits(made.body, Message);
  const again = await ann.try('POST', `/conversations/${id}/messages`, draft);
  assert.equal(again.status, 200);
  assert.deepEqual(again.body, made.body);
  const path = `/messages/${made.body.id}`;
  fits(await ben.api('GET', path), HistoryMessage);
  isProblem(await eve.try('GET', path), 403, 'forbidden');
  isProblem(await ann.try('GET', `/messages/${randomUUID()}`), 404, 'not_found');
  isProblem(await ben.try('PATCH', path, { content: 'not mine' }), 403, 'forbidden');
  isProblem(await ann.try('PATCH', path, { content: ' ' }), 422, 'invalid_payload');
  isProblem(await ann.try('PATCH', path, { content: 'x'.repeat(4001) }), 422, 'invalid_payload');
  const edited = await ann.api('PATCH', path, { content: 'better words' });
  fits(edited, Message);
  assert.equal(edited.content, 'better words');
  isProblem(await ben.try('DELETE', path), 403, 'forbidden');
  assert.equal((await ann.try('DELETE', path)).status, 204);
  const { data } = await ben.api('GET', `/conversations/${id}/messages`);
  fits(data[0], HistoryMessage);
  assert.equal(data[0].seq, 1);
  assert.equal(data[0].content, null);
  assert.ok(data[0].deletedAt);
});

test('in a group its admins may delete what others wrote', async () => {
  const { ann, ben, cem } = await registerAll(server, 'ann', 'ben', 'cem');
  const id = await ann.group('the group', ben, cem);
  const sent = await ben.send(id, 'unwanted');
  isProblem(await cem.try('DELETE', `/messages/${sent.id}`), 403, 'forbidden');
  assert.equal((await ann.try('DELETE', `/messages/${sent.id}`)).status, 204);
});

test('a reaction is given once and taken back', async () => {
  const { ann, ben, eve } = await registerAll(server, 'ann', 'ben', 'eve');
  const sent = await ann.send(await ann.direct(ben), 'hello');
  const path = (emoji) => `/messages/${sent.id}/reactions/${encodeURIComponent(emoji)}`;
  const first = await ben.try('PUT', path('❤️'));
  assert.equal(first.status, 200);
  fits(first.body, Reaction);
  assert.deepEqual((await ben.try('PUT', path('❤️'))).body, first.body);
  isProblem(await eve.try('PUT', path('❤️')), 403, 'forbidden');
  isProblem(await ben.try('PUT', path('lol')), 422, 'invalid_payload');
  assert.deepEqual((await ann.api('GET', `/messages/${sent.id}`)).reactions, [first.body]);
  assert.equal((await ben.try('DELETE', path('❤️'))).status, 204);
  assert.deepEqual((await ann.api('GET', `/messages/${sent.id}`)).reactions, []);
});

test('messages with files are listed apart', async () => {
  const { ann, ben } = await registerAll(server, 'ann', 'ben');
  const id = await ann.direct(ben);
  await ann.send(id, 'no file');
  const fileUrl = 'https://example.org/picture.png';
  const sent = await ann.api('POST', `/conversations/${id}/messages`, { fileUrl });
  assert.equal(sent.content, null);
  const media = await ben.api('GET', `/conversations/${id}/media`);
  assert.deepEqual(seqs(media), [2]);
  assert.equal(media.nextCursor, null);
});

test('only friends are drawn in where the operator says so', async () => {
  const strict = await startServer({ env: { CONTACTS: 'friends' } });
  try {
    const { ann, ben, cem } = await registerAll(strict, 'ann', 'ben', 'cem');
    await ann.befriend(ben);
    const open = await ann.try('POST', '/conversations/direct', { userId: cem.id });
    isProblem(open, 403, 'forbidden');
    const group = await ann.try('POST', '/conversations/groups', {
      name: 'the group',
      participantIds: [ben.id, cem.id],
    });
    isProblem(group, 403, 'forbidden');
    await ann.direct(ben);
  } finally {
    await strict.remove();
  }
});

test('a group needs a name, and members who exist', async () => {
  const person = await register(server);
  const make = (body) => person.try('POST', '/conversations/groups', body);
  for (const body of [
    { participantIds: [] },
    { name: ' ', participantIds: [] },
    { name: ['x'], participantIds: [] },
    { name: 'x'.repeat(101), participantIds: [] },
    { name: 'x' },
    { name: 'x', participantIds: 'id' },
    { name: 'x', participantIds: [['id']] },
    { name: 'x', participantIds: [randomUUID()] },
  ]) {
    isProblem(await make(body), 422, 'invalid_payload');
  }
});

test('what is no JSON, no route and no method is told so', async () => {
  const { token } = await register(server);
  const url = `${server.url}/api/v1/conversations/groups`;
  const authorization = `Bearer ${token}`;
  const status = async (options) => {
    const answer = await fetch(url, { method: 'POST', ...options });
    assert.match(answer.headers.get('content-type'), /^application\/problem\+json/);
    await answer.text();
    return answer.status;
  };
  const json = { authorization, 'content-type': 'application/json' };
  assert.equal(await status({ headers: json, body: '{' }), 422);
  assert.equal(await status({ headers: json, body: '[]' }), 422);
  assert.equal(await status({ headers: { authorization }, body: 'text' }), 415);
  isProblem(await request(server, 'GET', '/nowhere', { token }), 404, 'not_found');
  const wrong = await request(server, 'DELETE', '/conversations', { token });
  assert.equal(wrong.status, 405);
  assert.ok(wrong.headers.get('allow'));
});

test('a body that is too large is refused before it is read', async () => {
  const { token } = await register(server);
  // A connection of its own: the server closes it rather than read the rest.
  const upload = httpRequest(`${server.url}/api/v1/conversations/groups`, {
    method: 'POST',
    agent: false,
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'content-length': 1_000_000,
    },
  });
  upload.flushHeaders();
  const [answer] = await once(upload, 'response');
  assert.equal(answer.statusCode, 413);
  assert.match(answer.headers['content-type'], /^application\/problem\+json/);
  upload.destroy();
});
