/** The relay inside the server: calls connect by it alone, for who was given its credentials. */

import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { after, before, test } from 'node:test';

import { openPage, startBrowser } from '../lib/browser.js';
import { register } from '../lib/person.js';
import { startServer } from '../lib/server.js';
import { freePort, talkThrough } from '../lib/turn.js';

let server;
let browser;
let port;
before(async () => {
  port = await freePort();
  // The tests' servers listen on 127.0.0.1, so that is where the relay is, too.
  server = await startServer({ env: { TURN_EMBEDDED: '1', TURN_PORT: String(port) } });
  browser = await startBrowser('--allow-loopback-in-peer-connection');
});
after(async () => {
  await browser?.close();
  await server?.remove();
});

test('two browsers talk through the server itself, by its relay alone', async () => {
  const ann = await register(server, 'ann');
  const { page } = await openPage(browser, server.url);
  const { iceServers } = await ann.api('GET', '/calls/ice-servers');
  assert.deepEqual(
    iceServers.map(({ urls }) => urls),
    [[`stun:127.0.0.1:${port}`], [`turn:127.0.0.1:${port}?transport=udp`]],
  );
  assert.equal(await talkThrough(page, iceServers), 'hello');
});

test('nobody is relayed without good credentials', async () => {
  const ann = await register(server, 'ann');
  const { page } = await openPage(browser, server.url);
  const { iceServers } = await ann.api('GET', '/calls/ice-servers');
  const relay = iceServers[1];
  const past = relay.username.replace(/^\d+/, '1000000000');
  for (const forged of [
    { ...relay, credential: 'AAAAAAAAAAAAAAAAAAAAAAAAAAA=' },
    { ...relay, username: past },
  ]) {
    assert.match(await talkThrough(page, [forged]), /^refused with 4/);
  }
});

test('what is no request of STUN gets no answer, and takes nothing down', async () => {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const answers = [];
  socket.on('message', (answer) => answers.push(answer));
  const noise = ['', '00', 'ff'.repeat(1500), '0001ffff2112a442', '4000ffff', '001600002112a442'];
  for (const hex of noise) socket.send(Buffer.from(hex, 'hex'), port, '127.0.0.1');
  const asked = Buffer.from('000100002112a4420102030405060708090a0b0c', 'hex');
  socket.send(asked, port, '127.0.0.1');
  while (answers.length === 0) await once(socket, 'message');
  assert.equal(answers.length, 1);
  assert.equal(answers[0].subarray(0, 2).toString('hex'), '0101', 'an answer to a binding');
  assert.ok(answers[0].subarray(8, 20).equals(asked.subarray(8)), 'to this one');
  socket.close();
});
