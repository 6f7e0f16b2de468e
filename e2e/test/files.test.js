/** Files: sent with messages, shown everywhere alike, and read by those who see them. */

import assert from 'node:assert/strict';
import { readdir, rename } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { deflateSync } from 'node:zlib';

import { decode } from 'blurhash';

import { eventually } from '../lib/eventually.js';
import { png, pngOf, wav } from '../lib/media.js';
import { registerAll } from '../lib/person.js';
import { startServer } from '../lib/server.js';
import { Message, fits, isProblem } from '../lib/shapes.js';

let server;
before(async () => {
  server = await startServer({ env: { IMAGE_MAX_PIXELS: '1000000', UPLOAD_MAX_BYTES: '40M' } });
});
after(() => server.remove());

/** All that lies in the folder of files. */
async function stored(folder = join(server.dataDir, 'files')) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).length;
}

const bare = (fileUrl) => fileUrl.split('?')[0];

test('a file comes with its message, live and later, whichever way it is asked for', async () => {
  const { ann, ben } = await registerAll(server, 'ann', 'ben');
  const talk = await ann.direct(ben);
  const [phone, laptop] = [await ben.connect(), await ann.connect()];
  const { fileUrl, file } = await ann.upload('voice.wav', wav(1.5), {
    peaks: '[0, 0.5, 0.123, 1]',
  });
  assert.deepEqual(file, {
    name: 'voice.wav',
    mimeType: 'audio/wav',
    size: 12_044,
    durationMs: 1500,
    peaks: [0, 0.5, 0.12, 1],
  });
  const message = { conversationId: talk, fileUrl, content: 'listen' };
  const acked = await laptop.does('sendMessage', message);
  fits(acked, Message);
  assert.deepEqual([acked.fileUrl, acked.file], [fileUrl, file]);
  const told = await phone.hears('newMessage');
  assert.deepEqual([told.fileUrl, told.file], [fileUrl, file]);
  const same = (shown, way) => assert.deepEqual([shown.fileUrl, shown.file], [fileUrl, file], way);
  same((await ben.history(talk))[0], 'history');
  same(await ben.api('GET', `/messages/${acked.id}`), 'message');
  same((await ben.api('GET', `/conversations/${talk}/media`)).data[0], 'media');
  same((await ben.api('GET', '/search/messages?q=listen')).data[0], 'search');
  same((await ben.api('GET', `/conversations/${talk}`)).lastMessage, 'conversation');
  const missed = await phone.does('sync', { conversations: { [talk]: 0 } });
  same(missed.conversations[talk].messages[0], 'sync');
  const reply = await ben.send(talk, 'nice', { replyToId: acked.id });
  assert.equal(reply.replyTo.fileUrl, fileUrl);
  const bytes = Buffer.from(await (await fetch(new URL(fileUrl, server.url))).arrayBuffer());
  assert.deepEqual(bytes, wav(1.5));
});

test('a file that was sent while a device was away is told when it is back', async () => {
  const { ann, ben } = await registerAll(server, 'ann', 'ben');
  const talk = await ann.direct(ben);
  const phone = await ben.connect();
  await ann.send(talk, 'before');
  await phone.hears('newMessage');
  phone.socket.io.engine.close();
  const { fileUrl, file } = await ann.upload('a.txt', 'hello');
  await ann.send(talk, 'while you were away', { fileUrl });
  await phone.connected(2);
  const told = await phone.hears('newMessage', (message) => message.content !== 'before');
  assert.deepEqual([told.fileUrl, told.file], [fileUrl, file]);
});

test('who sees no message with a file does not get it, and who has its URL does for a while', async () => {
  const { ann, ben, eve } = await registerAll(server, 'ann', 'ben', 'eve');
  const group = await ann.group('Choir', ben);
  const { fileUrl } = await ann.upload('score.pdf', '%PDF-1.7 la la la');
  const read = async (person) => (await person.fetchFile(bare(fileUrl))).status;
  assert.deepEqual([await read(ann), await read(ben), await read(eve)], [200, 404, 404]);
  await ann.send(group, 'the score', { fileUrl });
  assert.deepEqual([await read(ben), await read(eve)], [200, 404]);
  await ann.api('DELETE', `/conversations/${group}/participants/${ben.id}`);
  assert.equal(await read(ben), 404, 'he is no member any more');
  assert.equal((await fetch(new URL(bare(fileUrl), server.url))).status, 401);
  const shown = await fetch(new URL(fileUrl, server.url));
  assert.equal(shown.headers.get('content-disposition'), "attachment; filename*=UTF-8''score.pdf");
  const stolen = fileUrl.replace(/signature=./, 'signature=!');
  assert.equal((await fetch(new URL(stolen, server.url))).status, 401);
  isProblem(
    await eve.try('POST', `/conversations/${await eve.direct(ann)}/messages`, { fileUrl }),
    422,
    'invalid_payload',
  );
});

test('the colours of a picture are told before it is there', async () => {
  const { ann } = await registerAll(server, 'ann');
  const halves = png(120, 60, (x) => (x < 60 ? [230, 30, 30] : [30, 30, 230]));
  const { fileUrl, file } = await ann.upload('flag.png', halves);
  assert.deepEqual([file.width, file.height, file.mimeType], [120, 60, 'image/png']);
  // As an implementation sees it that is not ours.
  const pixels = decode(file.blurhash, 16, 8);
  const at = (x) => [...pixels.slice((4 * 16 + x) * 4, (4 * 16 + x) * 4 + 3)];
  const [left, right] = [at(1), at(14)];
  assert.ok(left[0] > 180 && left[2] < 90, `${left}`);
  assert.ok(right[2] > 180 && right[0] < 90, `${right}`);
  for (const url of [fileUrl, file.thumbnailUrl]) {
    const answer = await fetch(new URL(url, server.url));
    assert.equal(answer.status, 200);
    assert.match(answer.headers.get('content-type'), /^image\/(png|jpeg)$/);
    assert.equal(answer.headers.get('cache-control'), 'private, max-age=31536000, immutable');
    assert.match(answer.headers.get('content-security-policy'), /sandbox/);
  }
});

test('bombs and what only looks like a picture are refused, and nothing is left of them', async () => {
  const { ann } = await registerAll(server, 'ann');
  const count = await stored();
  const bomb = pngOf(20_000, 20_000, deflateSync(Buffer.alloc(1 << 20)));
  isProblem(await ann.tryUpload('bomb.png', bomb), 413, 'too_large');
  // Small by its head, large by its data.
  const liar = pngOf(1, 1, deflateSync(Buffer.alloc(30 << 20)));
  const taken = await ann.tryUpload('liar.png', liar);
  if (taken.status === 201) assert.ok(taken.body.file.size < 1000, 'its data is not kept');
  isProblem(
    await ann.tryUpload('a.jpg', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 0])),
    422,
    'invalid_payload',
  );
  isProblem(
    await ann.tryUpload('a.webm', Buffer.from('1a45dfa3ffff', 'hex')),
    422,
    'invalid_payload',
  );
  isProblem(await ann.tryUpload('large', Buffer.alloc((40 << 20) + 1)), 413, 'too_large');
  const page = await ann.upload(
    '../../x.svg',
    '<svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>',
  );
  assert.deepEqual([page.file.name, page.file.mimeType], ['x.svg', 'text/plain']);
  const served = await fetch(new URL(page.fileUrl, server.url));
  assert.equal(served.headers.get('x-content-type-options'), 'nosniff');
  assert.match(served.headers.get('content-disposition'), /^attachment/);
  const left = taken.status === 201 ? 3 : 1;
  await eventually(async () => (await stored()) === count + left, 'what was refused to be gone');
});

test('nothing is left of a file whose connection is cut', async () => {
  const { ann } = await registerAll(server, 'ann');
  const count = await stored();
  const socket = connect(server.port, '127.0.0.1');
  const head =
    '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n' +
    'a'.repeat(100_000);
  socket.write(
    `POST /api/v1/uploads HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${ann.token}\r\n` +
      `Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 9000000\r\n\r\n${head}`,
  );
  await eventually(async () => (await stored()) === count + 1, 'the file to come');
  socket.destroy();
  await eventually(async () => (await stored()) === count, 'the file to go');
});

test('a file goes with its last message, and with the account of its user', async () => {
  const { ann, ben } = await registerAll(server, 'ann', 'ben');
  const talk = await ann.direct(ben);
  const count = await stored();
  const first = await ann.upload('one.txt', `one ${ann.id}`);
  const second = await ann.upload('two.txt', `two ${ann.id}`);
  const sent = await ann.send(talk, 'one', { fileUrl: first.fileUrl });
  const handedOn = await ben.send(talk, 'see', { fileUrl: first.fileUrl });
  await ann.send(talk, 'two', { fileUrl: second.fileUrl });
  assert.equal(await stored(), count + 2);
  await ann.api('DELETE', `/messages/${sent.id}`);
  assert.equal((await ben.fetchFile(bare(first.fileUrl))).status, 200, 'his message has it still');
  await ben.api('DELETE', `/messages/${handedOn.id}`);
  await eventually(async () => (await stored()) === count + 1, 'the first to go');
  assert.equal((await ben.fetchFile(bare(first.fileUrl))).status, 404);
  await ann.api('DELETE', '/users/me');
  await eventually(async () => (await stored()) === count, 'the second to go');
});

test('the same file is kept once, and outlives a restart', async () => {
  const { ann, ben } = await registerAll(server, 'ann', 'ben');
  const count = await stored();
  const one = await ann.upload('a.txt', `same ${ann.id}`);
  const other = await ben.upload('b.txt', `same ${ann.id}`);
  assert.notEqual(one.fileUrl, other.fileUrl);
  assert.equal(await stored(), count + 1);
  await server.stop();
  await server.start();
  assert.equal(await (await fetch(new URL(one.fileUrl, server.url))).text(), `same ${ann.id}`);
});

/** Begins an upload that goes on for as long as one writes to it. */
function beginUpload(person, onAnswer = () => {}) {
  const socket = connect(server.port, '127.0.0.1');
  socket.on('error', () => {});
  let answer = '';
  socket.on('data', (bytes) => {
    answer += bytes;
    onAnswer(answer);
  });
  socket.write(
    `POST /api/v1/uploads HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${person.token}\r\n` +
      'Content-Type: multipart/form-data; boundary=b\r\nTransfer-Encoding: chunked\r\n\r\n',
  );
  const piece = (text) => socket.write(`${text.length.toString(16)}\r\n${text}\r\n`);
  piece('--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n');
  return { socket, piece, answer: () => answer };
}

test('a file without an end is ended at its bound, and one that hardly comes after a while', async () => {
  const { ann, ben } = await registerAll(server, 'ann', 'ben');
  const count = await stored();
  const slow = beginUpload(ben);
  const trickle = setInterval(() => slow.piece('a'), 1000);
  let isRefused = false;
  const endless = beginUpload(ann, (answer) => {
    isRefused = answer.startsWith('HTTP/1.1 413');
  });
  const piece = 'a'.repeat(1 << 20);
  for (let count = 0; count < 100 && !isRefused && !endless.socket.destroyed; count += 1) {
    if (!endless.piece(piece)) {
      await Promise.race([
        new Promise((resolve) => endless.socket.once('drain', resolve)),
        new Promise((resolve) => endless.socket.once('close', resolve)),
      ]);
    }
  }
  await eventually(() => endless.answer().startsWith('HTTP/1.1 413'), 'the end of the endless');
  assert.match(endless.answer(), /too_large/);
  await eventually(() => slow.answer() !== '', 'the end of the slow', 60_000);
  clearInterval(trickle);
  assert.match(slow.answer(), /^HTTP\/1\.1 408 /);
  for (const { socket } of [endless, slow]) socket.destroy();
  await eventually(async () => (await stored()) === count, 'both to be gone');
});

test('one user sends some files at a time and leaves room for others', async () => {
  const { ann, ben } = await registerAll(server, 'ann', 'ben');
  const count = await stored();
  const coming = Array.from({ length: 6 }, () => beginUpload(ann));
  await eventually(async () => (await stored()) === count + 6, 'six to come');
  const refused = await ann.tryUpload('seventh.txt', '7');
  isProblem(refused, 429, 'rate_limited');
  assert.ok(refused.headers.get('retry-after'));
  await ben.upload('first.txt', `of ben ${ben.id}`);
  for (const { socket } of coming) socket.destroy();
  await eventually(async () => (await ann.tryUpload('again.txt', ann.id)).status === 201, 'room');
});

test('while the folder of files is away messages go on, and files come back with it', async () => {
  const { ann, ben } = await registerAll(server, 'ann', 'ben');
  const talk = await ann.direct(ben);
  const { fileUrl } = await ann.upload('a.txt', `here ${ann.id}`);
  const [here, away] = [join(server.dataDir, 'files'), join(server.dataDir, 'elsewhere')];
  await rename(here, away);
  isProblem(await ann.tryUpload('b.txt', 'hello'), 503, 'unavailable');
  assert.equal((await fetch(new URL(fileUrl, server.url))).status, 503);
  const sent = await ann.send(talk, 'look', { fileUrl });
  assert.equal(sent.file.name, 'a.txt');
  await rename(away, here);
  assert.equal(await (await fetch(new URL(fileUrl, server.url))).text(), `here ${ann.id}`);
  await ann.upload('b.txt', 'hello');
});
