/** Files in a bucket, of the server at `TEST_S3_URL` that speaks S3. */

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { eventually } from '../../lib/eventually.js';
import { registerAll } from '../../lib/person.js';
import { BINARY, startServer } from '../../lib/server.js';

const { TEST_S3_URL } = process.env;
const bucket = `files-${process.pid}`;
const env = {
  S3_ENDPOINT: TEST_S3_URL,
  S3_BUCKET: bucket,
  S3_ACCESS_KEY_ID: 'salala',
  S3_SECRET_ACCESS_KEY: 'north of the border',
};

let server;
before(async () => {
  const made = await fetch(`${TEST_S3_URL}/${bucket}`, { method: 'PUT' });
  assert.equal(made.status, 200);
  server = await startServer({ env });
});
after(() => server.remove());

/** The names of what is in the bucket. */
async function keys() {
  const text = await (await fetch(`${TEST_S3_URL}/${bucket}?list-type=2`)).text();
  return [...text.matchAll(/<Key>([^<]+)<\/Key>/g)].map(([, key]) => key);
}

const read = async (fileUrl, headers) =>
  Buffer.from(await (await fetch(new URL(fileUrl, server.url), { headers })).arrayBuffer());

test('files of any size are kept in the bucket, read in parts, and removed from it', async () => {
  const { ann, ben } = await registerAll(server, 'ann', 'ben');
  const talk = await ann.direct(ben);
  const small = await ann.upload('small.txt', 'hello');
  // More than one part of a multipart upload.
  const bytes = randomBytes(20 << 20);
  const large = await ann.upload('large.bin', bytes);
  assert.equal((await keys()).length, 2);
  assert.equal(existsSync(join(server.dataDir, 'files', 'incoming')), true);
  assert.deepEqual(await readdir(join(server.dataDir, 'files')), ['incoming']);
  assert.equal((await read(small.fileUrl)).toString(), 'hello');
  assert.ok((await read(large.fileUrl)).equals(bytes));
  const part = await read(large.fileUrl, { range: 'bytes=9000000-9000099' });
  assert.ok(part.equals(bytes.subarray(9_000_000, 9_000_100)));
  const empty = await ann.upload('empty', '');
  assert.equal((await read(empty.fileUrl)).length, 0);
  const sent = await ann.send(talk, 'look', { fileUrl: large.fileUrl });
  await ann.api('DELETE', `/messages/${sent.id}`);
  await eventually(async () => (await keys()).length === 2, 'the large one to go');
});

test('a server on another disk reads them', async () => {
  const { ann } = await registerAll(server, 'ann');
  const { fileUrl } = await ann.upload('small.txt', 'hello again');
  assert.equal((await read(fileUrl)).toString(), 'hello again');
  await server.stop();
  await server.start();
  assert.equal((await read(fileUrl)).toString(), 'hello again');
});

test('doctor says whether the bucket can be used', async () => {
  const doctor = async (more) => {
    const place = { ...server.place, ...env, PORT: '0', ...more };
    const run = promisify(execFile)(BINARY, ['doctor'], { env: place, cwd: server.dataDir });
    const { stdout } = await run.catch((error) => error);
    return stdout;
  };
  assert.match(await doctor(), new RegExp(`fine +the bucket ${bucket} can be written to and read`));
  const none = await doctor({ S3_BUCKET: 'none-of-this-name' });
  assert.match(none, /problem +the bucket none-of-this-name cannot be used for files: /);
  assert.doesNotMatch(none, /north of the border/);
});
