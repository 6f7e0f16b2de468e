/** A copy of the database taken under load, and what a server finds in it. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { registerAll, request } from '../lib/person.js';
import { BINARY, startServer } from '../lib/server.js';

let server;
before(async () => {
  server = await startServer();
});
after(() => server.remove());

/** Runs a command on a server's data; gives what it said on standard error if it failed. */
async function salala({ place, dataDir }, ...args) {
  const env = { ...place, LOG_LEVEL: 'error' };
  try {
    await promisify(execFile)(BINARY, args, { env, cwd: dataDir });
    return null;
  } catch (error) {
    assert.equal(error.code, 1, error.stderr);
    assert.equal(error.stderr.trim().split('\n').length, 1, error.stderr);
    return error.stderr;
  }
}

test('a backup under load holds all that was acked before, without holes', async () => {
  const { ann, ben, eve } = await registerAll(server, 'ann', 'ben', 'eve');
  const talks = [await ann.direct(ben), await eve.group('Choir', ann, ben)];
  const acked = new Map(talks.map((talk) => [talk, []]));
  let isOver = false;
  const senders = [ann, ben].flatMap((person) =>
    talks.map(async (talk) => {
      const device = await person.connect();
      for (let number = 0; !isOver; number += 1) {
        const message = { conversationId: talk, content: `line ${number}` };
        acked.get(talk).push(await device.does('sendMessage', message));
      }
    }),
  );
  const counts = () => talks.map((talk) => acked.get(talk).length);
  while (counts().some((count) => count < 50)) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  const before = counts();
  const file = join(server.dataDir, 'copy.db');
  assert.equal(await salala(server, 'backup', file), null);
  isOver = true;
  await Promise.all(senders);
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  assert.match(await salala(server, 'backup', file), /is there already/);

  const other = await startServer();
  after(() => other.remove());
  await other.stop();
  assert.match(await salala(other, 'restore', file), /holds a database already|is not empty/);
  assert.equal(await salala(other, 'restore', file, '--force'), null);
  await other.start();
  // The sign-ins are in it, and the secret is the same for all servers of these tests.
  const { token } = ann;
  for (const [index, talk] of talks.entries()) {
    const seen = [];
    let cursor = '';
    do {
      const path = `/conversations/${talk}/messages?limit=100${cursor}`;
      const { status, body } = await request(other, 'GET', path, { token });
      assert.equal(status, 200, JSON.stringify(body));
      seen.push(...body.data);
      cursor = body.nextCursor && `&cursor=${body.nextCursor}`;
    } while (cursor);
    seen.reverse();
    assert.ok(seen.length >= before[index], `${seen.length} of ${before[index]}`);
    assert.deepEqual(
      seen.map((message) => message.seq),
      seen.map((_, place) => place + 1),
    );
    const ids = new Set(seen.map((message) => message.id));
    for (const message of acked.get(talk).slice(0, before[index])) assert.ok(ids.has(message.id));
    const conversation = await request(other, 'GET', `/conversations/${talk}`, { token });
    assert.equal(conversation.body.lastSeq, seen.length);
    const body = { content: 'goes on' };
    const sent = await request(other, 'POST', `/conversations/${talk}/messages`, { token, body });
    assert.equal(sent.body.seq, seen.length + 1);
  }
  const search = await request(other, 'GET', '/search/messages?q=goes', { token });
  assert.equal(search.body.data.length, 2);
  for (const person of [ann, ben]) person.leave();
});

test('what cannot be restored changes nothing and is told in one sentence', async () => {
  const nonsense = join(server.dataDir, 'nonsense');
  await writeFile(nonsense, 'no database at all, and longer than any header of one would be');
  const empty = join(server.dataDir, 'empty');
  await writeFile(empty, '');
  assert.match(await salala(server, 'restore', nonsense, '--force'), /another Salala/);
  await server.stop();
  for (const file of [nonsense, empty, join(server.dataDir, 'absent'), server.dataDir]) {
    assert.match(await salala(server, 'restore', file, '--force'), /cannot be used/);
  }
  await server.start();
  const { ann } = await registerAll(server, 'ann');
  assert.equal((await ann.api('GET', '/auth/me')).id, ann.id);
  assert.match(await salala(server, 'backup', '/proc/copy.db'), /cannot be used/);
});

test('a backup has the files of users beside it, and gives them back', async () => {
  const { ann, ben } = await registerAll(server, 'ann', 'ben');
  const talk = await ann.direct(ben);
  const { fileUrl, file } = await ann.upload('letter.txt', 'Dear Ben');
  await ann.send(talk, 'a letter', { fileUrl });
  const copy = join(server.dataDir, 'with-files');
  assert.equal(await salala(server, 'backup', copy), null);
  // What is there already is not copied again.
  assert.equal(await salala(server, 'backup', copy, '--force'), null);
  const other = await startServer();
  after(() => other.remove());
  await other.stop();
  assert.equal(await salala(other, 'restore', copy, '--force'), null);
  await other.start();
  const history = `/conversations/${talk}/messages`;
  const { body } = await request(other, 'GET', history, { token: ben.token });
  assert.deepEqual(body.data[0].file, file);
  const answer = await fetch(new URL(body.data[0].fileUrl, other.url));
  assert.equal(await answer.text(), 'Dear Ben');
});
