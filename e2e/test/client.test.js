/** The client package against the built server: nothing is lost, nothing comes twice, all is up to date. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { after, afterEach, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { closeChatters, openChatter } from '../lib/chatter.js';
import { PASSWORD, register, registerAll } from '../lib/person.js';
import { startServer } from '../lib/server.js';

let server;
before(async () => {
  server = await startServer();
});
afterEach(closeChatters);
after(() => server.remove());

const numbers = (count) => Array.from({ length: count }, (_, index) => `message ${index + 1}`);

/** Waits until a conversation's messages, loaded there, are these. */
const shows = (chatter, id, contents) =>
  chatter.until(
    () => JSON.stringify(chatter.contents(id)) === JSON.stringify(contents),
    `${contents.length} messages`,
  );

test('what is sent while the server is killed and comes back arrives once, in order', async () => {
  const { ann, ben } = await registerAll(server, 'ann', 'ben');
  const id = await ann.direct(ben);
  const [here, there] = [openChatter(ann), openChatter(ben)];
  await Promise.all([here.isCurrent(), there.isCurrent()]);
  await Promise.all([here.state.openConversation(id), there.state.openConversation(id)]);
  const contents = numbers(60);
  const sending = contents.map((content) =>
    here.state.sendMessage({ conversationId: id, content }),
  );
  await sending[9].message;
  await server.kill();
  assert.equal(sending.length, 60);
  await here.until((state) => state.status === 'stale', 'the drop');
  assert.ok(here.state.outbox.length > 0, 'the server was killed too late');
  await server.start();
  await here.until(({ outbox }) => outbox.length === 0, 'all to be acked');
  const stored = await Promise.all(sending.map(({ message }) => message));
  assert.deepEqual(
    stored.map(({ seq }) => seq),
    contents.map((_, index) => index + 1),
  );
  await Promise.all([shows(here, id, contents), shows(there, id, contents)]);
  const history = await ben.history(id);
  assert.deepEqual(
    history.map(({ content }) => content),
    contents,
  );
  assert.deepEqual(here.state.outbox, []);
  assert.equal(there.state.conversations[id].unreadCount, 60);
  assert.equal(here.state.conversations[id].unreadCount, 0);
});

test('what was written without a connection is sent by the page that comes after', async () => {
  const { ann, ben } = await registerAll(server, 'ann', 'ben');
  const id = await ann.direct(ben);
  const early = openChatter(ann, { connect: false });
  const contents = numbers(20);
  for (const content of contents) early.state.sendMessage({ conversationId: id, content });
  const isKept = ({ outbox }) => outbox.length === 20 && outbox.every(({ place }) => place < 1e6);
  await early.until(isKept, 'all to be kept');
  early.close();
  const later = openChatter(ann);
  await later.state.openConversation(id);
  await shows(later, id, contents);
  assert.deepEqual(later.state.outbox, []);
  assert.equal((await ben.history(id)).length, 20);
});

test('two pages of one user send what waits once, in the order in which it was written', async () => {
  const { ann, ben } = await registerAll(server, 'ann', 'ben');
  const id = await ann.direct(ben);
  const early = openChatter(ann, { connect: false });
  const contents = numbers(30);
  for (const content of contents) early.state.sendMessage({ conversationId: id, content });
  await early.until(({ outbox }) => outbox.every(({ place }) => place < 1e6), 'all to be kept');
  const other = openChatter(ann);
  early.salala.connect();
  await other.state.openConversation(id);
  await Promise.all([shows(other, id, contents), early.until((s) => s.outbox.length === 0, 'all')]);
  assert.deepEqual(
    (await ben.history(id)).map(({ content }) => content),
    contents,
  );
});

test('what one user wrote is not sent by the next one on the same device', async () => {
  const { ann, ben } = await registerAll(server, 'ann', 'ben');
  const id = await ann.direct(ben);
  const early = openChatter(ann, { connect: false });
  early.state.sendMessage({ conversationId: id, content: 'by ann' });
  await early.until(({ outbox }) => outbox.every(({ place }) => place < 1e6), 'it to be kept');
  early.close();
  const next = openChatter(ben);
  next.state.sendMessage({ conversationId: id, content: 'by ben' });
  await next.state.openConversation(id);
  await shows(next, id, ['by ben']);
  // The same client with another user's token stops, whatever waits.
  const swapped = openChatter(ann, { getToken: () => ben.token });
  await swapped.until((_, { connection }) => connection.getState().status === 'signed-out', 'it');
  assert.equal(swapped.salala.connection.getState().code, 'user_changed');
  swapped.close();
  await openChatter(ann).until(
    ({ outbox, status }) => status === 'current' && !outbox.length,
    'it',
  );
  const history = await ben.history(id);
  assert.deepEqual(
    history.map(({ content, senderId }) => [content, senderId]),
    [
      ['by ben', ben.id],
      ['by ann', ann.id],
    ],
  );
});

test('a message that is refused for good is kept with the reason, and the next ones go on', async () => {
  const { ann, ben } = await registerAll(server, 'ann', 'ben');
  const id = await ann.direct(ben);
  const chatter = openChatter(ann);
  await chatter.state.openConversation(id);
  const long = chatter.state.sendMessage({ conversationId: id, content: 'x'.repeat(4001) });
  const next = chatter.state.sendMessage({ conversationId: id, content: 'next' });
  await assert.rejects(long.message, { code: 'invalid_payload' });
  assert.equal((await next.message).seq, 1);
  const [{ state, failure }] = chatter.state.outbox;
  assert.deepEqual([state, failure.code], ['failed', 'invalid_payload']);
  await chatter.state.discardMessage(long.entry.clientMessageId);
  assert.deepEqual(chatter.state.outbox, []);

  await ben.api('PUT', `/blocks/${ann.id}`);
  const blocked = chatter.state.sendMessage({ conversationId: id, content: 'blocked' });
  await assert.rejects(blocked.message, { code: 'forbidden' });
  await ben.api('DELETE', `/blocks/${ann.id}`);
  await chatter.state.retryMessage(blocked.entry.clientMessageId);
  await shows(chatter, id, ['next', 'blocked']);
});

test('sends beyond the limit wait as long as the server says', async () => {
  const limited = await startServer({ env: { RATE_LIMIT_SENDS: '5/1' } });
  try {
    const { ann, ben } = await registerAll(limited, 'ann', 'ben');
    const id = await ann.direct(ben);
    const chatter = openChatter(ann);
    await chatter.state.openConversation(id);
    const contents = numbers(14);
    for (const content of contents) chatter.state.sendMessage({ conversationId: id, content });
    await shows(chatter, id, contents);
    chatter.close();
  } finally {
    await limited.remove();
  }
});

test('a device that was away past recovery is brought up to date', async () => {
  const brief = await startServer({ env: { RECOVERY_RETENTION: '1s' } });
  try {
    const { ann, ben, cid } = await registerAll(brief, 'ann', 'ben', 'cid');
    const id = await ann.direct(ben);
    const group = await ann.group('a group', ben);
    const first = await ann.send(id, 'first');
    const second = await ann.send(id, 'second');
    const chatter = openChatter(ben);
    await chatter.isCurrent();
    await chatter.state.openConversation(id);
    await shows(chatter, id, ['first', 'second']);
    // Another device that begins after all that the first one has heard.
    const probe = await ben.connect();
    const pid = probe.socket._pid;
    probe.close();
    chatter.salala.close();
    await chatter.until((state) => state.status === 'stale', 'the drop');
    for (const content of numbers(120)) await ann.send(id, content);
    await ann.api('PATCH', `/messages/${first.id}`, { content: 'first, edited' });
    await ann.api('DELETE', `/messages/${second.id}`);
    await ann.api('DELETE', `/conversations/${group}/participants/${ben.id}`);
    const other = await cid.direct(ben);
    const asked = await cid.api('POST', '/friend-requests', { receiverId: ben.id });
    // That a session can no longer be gone on with is told by nothing but its loss.
    let isLost = false;
    while (!isLost) {
      await cid.send(other, 'newer');
      const back = await ben.connect({ auth: { token: ben.token, pid } });
      isLost = back.socket._pid !== pid;
      back.close();
    }
    chatter.salala.connect();
    await chatter.until(({ status }) => status === 'updating', 'the update');
    await chatter.isCurrent();
    assert.equal(chatter.salala.connection.getState().recovered, false);
    assert.deepEqual(chatter.contents(id), ['first, edited', null, ...numbers(120)]);
    assert.equal(chatter.state.conversations[group], undefined);
    assert.equal(chatter.state.conversationIds.length, 2);
    assert.deepEqual(
      chatter.state.friendRequests.map((request) => request.id),
      [asked.id],
    );
    chatter.close();
  } finally {
    await brief.remove();
  }
});

test('history is walked both ways from a message in the middle, whole and in order', async () => {
  const { ann, ben } = await registerAll(server, 'ann', 'ben');
  const id = await ann.direct(ben);
  const contents = numbers(180);
  for (const content of contents) await ann.send(id, content);
  const chatter = openChatter(ben);
  await chatter.isCurrent();
  await chatter.state.openConversation(id, { around: 90 });
  assert.ok(chatter.contents(id).includes('message 90'));
  assert.ok(chatter.contents(id).length < 100);
  await ann.send(id, 'news');
  await chatter.until(({ conversations }) => conversations[id].lastSeq === 181, 'the news');
  assert.ok(!chatter.contents(id).includes('news'), 'what is not next to the window is not in it');
  while (chatter.state.timelines[id].hasOlder) await chatter.state.loadOlder(id);
  while (chatter.state.timelines[id].hasNewer) await chatter.state.loadNewer(id);
  assert.deepEqual(chatter.contents(id), [...contents, 'news']);
});

test('edits, deletions, reactions and read marks show up at once, once', async () => {
  const { ann, ben } = await registerAll(server, 'ann', 'ben');
  const id = await ann.direct(ben);
  const [here, there] = [openChatter(ann), openChatter(ben)];
  await Promise.all([here.isCurrent(), there.isCurrent()]);
  await Promise.all([here.state.openConversation(id), there.state.openConversation(id)]);
  const [one, two] = await Promise.all(
    ['one', 'two'].map(
      (content) => here.state.sendMessage({ conversationId: id, content }).message,
    ),
  );
  await shows(there, id, ['one', 'two']);
  assert.equal(there.state.conversations[id].unreadCount, 2);
  await there.state.addReaction(there.state.timelines[id].messages[0], '👍');
  await here.until(({ timelines }) => timelines[id].messages[0].reactions.length === 1, 'it');
  assert.equal(there.state.timelines[id].messages[0].reactions.length, 1);
  await here.state.editMessage(one.id, 'one, edited');
  await shows(there, id, ['one, edited', 'two']);
  assert.equal(there.state.timelines[id].messages[0].reactions.length, 1);
  await here.state.deleteMessage(two.id);
  await there.until(({ conversations }) => conversations[id].unreadCount === 1, 'one to be unread');
  there.state.markRead(id, 2);
  assert.equal(there.state.conversations[id].unreadCount, 0);
  await here.until(({ readPositions }) => readPositions[id]?.[ben.id]?.lastReadSeq >= 2, 'it');
  const [{ reads }] = here.state.timelines[id].messages;
  assert.deepEqual(
    reads.map(({ userId }) => userId),
    [ben.id],
  );
  there.state.setTyping(id, true);
  await here.until(({ typing }) => typing[id]?.includes(ben.id), 'typing');
  await there.state.sendMessage({ conversationId: id, content: 'three' }).message;
  await here.until(({ typing }) => typing[id].length === 0, 'the end of typing');
  there.close();
  await here.until(({ presence }) => presence[ben.id].status === 'offline', 'his leaving');
});

test('a token that has run out is replaced, and a session that was ended is told', async () => {
  const ann = await register(server, 'ann');
  const asked = [];
  const getToken = ({ refresh }) => {
    asked.push(refresh);
    return refresh === null ? `${ann.token}x` : ann.token;
  };
  const chatter = openChatter(ann, { getToken });
  await chatter.online();
  assert.ok(asked.includes(`${ann.token}x`));
  await ann.api('POST', '/auth/logout');
  await chatter.until((_, { connection }) => connection.getState().status === 'signed-out', 'it');
  assert.equal(chatter.salala.connection.getState().code, 'session_ended');
});

test('the example of its README runs as it stands, with the address and the account of a user', async () => {
  const { ann, ben } = await registerAll(server, 'ann', 'ben');
  const id = await ann.direct(ben);
  const folder = new URL('../../packages/client/', import.meta.url);
  const [, example] = /```js\n([^]*?)```/.exec(
    await readFile(new URL('README.md', folder), 'utf8'),
  );
  const program = example
    .replace('http://localhost:3000', server.url)
    .replace(
      "email: 'ann', password: 'password'",
      `email: '${ann.email}', password: '${PASSWORD}'`,
    );
  const child = spawn('node', ['--input-type=module', '--eval', program], {
    cwd: fileURLToPath(folder),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  try {
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    let line = '';
    while (line !== '1 conversations') line = (await lines.next()).value;
    await ben.send(id, 'hello');
    while (line !== 'ben hello') line = (await lines.next()).value;
  } finally {
    child.kill();
    await exited;
  }
});
