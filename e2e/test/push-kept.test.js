/** Pushes over restarts: what waits is sent by the server that is there next, and no more than it must. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { registerAll } from '../lib/person.js';
import { FakeFcm, fcmError, logged, registerPhone } from '../lib/push.js';
import { BINARY, startServer } from '../lib/server.js';

let fcm;
let server;
let folder;
before(async () => {
  fcm = await FakeFcm.start();
  folder = await mkdtemp(join(tmpdir(), 'salala-account-'));
  const account = await fcm.account(join(folder, 'account.json'));
  // Of an account in a file, the file says where tokens are had.
  const env = { GOOGLE_APPLICATION_CREDENTIALS: account, FCM_BASE_URL: fcm.url, PUSH_WAIT: '1s' };
  server = await startServer({ env });
});
after(async () => {
  await server.remove();
  await rm(folder, { recursive: true, force: true });
  await fcm.close();
});

async function world() {
  const { ann, ben } = await registerAll(server, 'ann', 'ben');
  return { ann, ben, phone: await registerPhone(ben), talk: await ann.direct(ben) };
}

for (const [how, end] of [
  ['stopped', () => server.stop()],
  ['killed', () => server.kill()],
]) {
  test(`a message that waits is pushed after the server was ${how}`, async () => {
    const { ann, phone, talk } = await world();
    await ann.send(talk, 'hello');
    await end();
    assert.equal(fcm.for(phone).length, 0);
    await server.start();
    const [message] = await fcm.took(phone);
    assert.equal(message.notification.body, 'hello');
  });
}

test('a push that waits for its provider outlives the server', async () => {
  const { ann, ben, phone, talk } = await world();
  fcm.answer(phone, fcmError(503, 'UNAVAILABLE'));
  await ann.send(talk, 'hello');
  await logged(ben, 'waiting', 'provider_busy');
  await server.kill();
  await server.start();
  await fcm.took(phone);
  await logged(ben, 'sent', null);
});

test('a server that dies after the answer and before its note repeats a push once, with the same tag', async () => {
  const { ann, ben, phone, talk } = await world();
  fcm.onMessage = async (message) => {
    if (message.token !== phone) return;
    fcm.onMessage = async () => {};
    await server.kill();
  };
  const sent = await ann.send(talk, 'hello');
  await server.exited;
  await server.start();
  const [first, second] = await fcm.took(phone, 2);
  assert.equal(first.data.messageId, sent.id);
  assert.deepEqual(second.data, first.data);
  assert.deepEqual(second.android, first.android);
  await logged(ben, 'sent', null);
  // What comes later comes alone.
  await ann.send(talk, 'again');
  const messages = await fcm.took(phone, 3);
  assert.equal(messages[2].notification.body, 'again');
});

test('a key that cannot be read stops the start with one sentence', async () => {
  const start = (env) =>
    new Promise((resolve) => {
      const all = { ...server.place, DATA_DIR: join(folder, 'data'), PORT: '0', ...env };
      execFile(BINARY, ['serve'], { env: all, cwd: folder }, (error, stdout, stderr) =>
        resolve({ code: error?.code ?? 0, sentence: stderr.trim() }),
      );
    });
  const path = join(folder, 'bad.json');
  await writeFile(path, JSON.stringify({ project_id: 'p', client_email: 'e', private_key: 'k' }));
  const bad = { FIREBASE_PROJECT_ID: 'p', FIREBASE_CLIENT_EMAIL: 'e@x' };
  for (const [env, words] of [
    [{ ...bad, FIREBASE_PRIVATE_KEY: 'hunter2' }, /^salala: FIREBASE_PRIVATE_KEY holds no RSA/],
    [bad, /^salala: FIREBASE_PRIVATE_KEY must be set/],
    [{ GOOGLE_APPLICATION_CREDENTIALS: path }, /^salala: GOOGLE_APPLICATION_CREDENTIALS holds no/],
    [{ GOOGLE_APPLICATION_CREDENTIALS: `${path}.none` }, /^salala: GOOGLE_APPL\S+ \S+ cannot be/],
    [{ FCM_BASE_URL: 'fcm' }, /^salala: FCM_BASE_URL must be/],
    [{ VAPID_SUBJECT: 'ann' }, /^salala: VAPID_SUBJECT must be/],
  ]) {
    const { code, sentence } = await start({ DATABASE_URL: '', ...env });
    assert.equal(code, 1, sentence);
    assert.match(sentence, words);
    assert.equal(sentence.split('\n').length, 1);
    assert.ok(!sentence.includes('hunter2'));
  }
});
