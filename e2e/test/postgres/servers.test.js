/** Servers and commands on one PostgreSQL database: who may use it, and what is said if not. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { registerAll } from '../../lib/person.js';
import { psql } from '../../lib/postgres.js';
import { BINARY, startServer } from '../../lib/server.js';

let server;
let elsewhere;
before(async () => {
  server = await startServer();
  elsewhere = await mkdtemp(join(tmpdir(), 'salala-'));
});
after(async () => {
  await server.remove();
  await rm(elsewhere, { recursive: true, force: true });
});

/** Runs a command with another data folder; gives how it ended and what it said. */
function salala(args, env = {}) {
  const all = { ...server.place, DATA_DIR: elsewhere, LOG_LEVEL: 'error', PORT: '0', ...env };
  return new Promise((resolve) => {
    execFile(BINARY, args, { env: all, cwd: elsewhere }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr: stderr.trim() }),
    );
  });
}

test('a second server on a database is refused with one sentence', async () => {
  const seeding = { DATA_DIR: join(elsewhere, 'seed') };
  const refused = [salala(['serve']), salala(['seed', '--force'], seeding)];
  for (const { code, stderr } of await Promise.all(refused)) {
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^salala: the database \S+ on 127.0.0.1\S* is used by another Salala: .*$/,
    );
  }
});

test('commands beside the server work, and say whose sockets they cannot reach', async () => {
  assert.equal((await salala(['migrate'])).code, 0);
  const { ann } = await registerAll(server, 'ann');
  const here = await server.command('user', 'disable', ann.username);
  assert.match(here, /was shut out/);
  const there = await salala(['user', 'enable', ann.username]);
  assert.equal(there.code, 0);
  assert.match(there.stderr, /has another DATA_DIR/);
  await ann.signIn();
});

test('a server that lost the right to its database takes it again, or stops', async () => {
  const one = await startServer();
  after(() => one.remove());
  const holder = `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
  const url = one.database.url;
  const first = await psql(url, holder);
  await psql(url, `SELECT pg_terminate_backend(${first})`);
  let second = first;
  while (second === first || second === '') second = await psql(url, holder);
  // Somebody else has it before this server is back.
  const taking = psql(url, 'SELECT pg_advisory_lock(1399942241, 1), pg_sleep(60)').catch(
    () => null,
  );
  const waiting = `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`;
  let thief = '';
  while (thief === '') thief = await psql(url, waiting);
  await psql(url, `SELECT pg_terminate_backend(${second})`);
  assert.deepEqual(await one.exited, { code: 1, signal: null });
  assert.match(one.output.at(-1), /is used by another Salala/);
  await psql(url, `SELECT pg_terminate_backend(${thief})`);
  await taking;
});

test('the doctor tells what a database is like', async () => {
  const { stdout } = await salala(['doctor']);
  assert.match(stdout, /fine +the database \S+ on \S+ is on PostgreSQL \d+/);
  assert.match(stdout, /is up to date, \d+ MiB; a server uses it/);
  assert.match(stdout, /fine +the database's clock agrees/);
  // As these tests run it: nothing that people wrote is kept by it.
  assert.match(stdout, /problem +fsync is off/);
  assert.match(stdout, /warning +this user is a superuser/);
  const nowhere = { DATABASE_URL: 'postgres://ann:hunter2@127.0.0.1:1/chat' };
  const away = await salala(['doctor'], nowhere);
  assert.equal(away.code, 1);
  assert.match(away.stdout, /problem +the database chat on 127.0.0.1:1 cannot be used: /);
  assert.doesNotMatch(away.stdout, /hunter2/);
});

test('a database that cannot be used stops the start with one sentence', async () => {
  const wrong = [
    ['postgres://ann:hunter2@127.0.0.1:1/chat', /chat on 127.0.0.1:1 cannot be used/],
    [server.database.url.replace(/\w+$/, 'absent'), /"absent" does not exist/],
  ];
  for (const [DATABASE_URL, sentence] of wrong) {
    const { code, stderr } = await salala(['serve'], { DATABASE_URL });
    assert.equal(code, 1);
    assert.match(stderr, sentence);
    assert.equal(stderr.split('\n').length, 1, stderr);
    assert.doesNotMatch(stderr, /hunter2/);
  }
  const { stderr } = await salala(['serve'], { JWT_SECRET: '' });
  assert.match(stderr, /^salala: JWT_SECRET must be set where DATABASE_URL is/);
});
