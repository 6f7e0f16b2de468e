/** The stock client over TLS that the server ends itself: all transports, a renewal, a slow reader. */

import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { after, before, describe, test } from 'node:test';

import { certificateFiles, putCertificate } from '../lib/certificate.js';
import { TRANSPORTS } from '../lib/device.js';
import { registerAll } from '../lib/person.js';
import { startServer } from '../lib/server.js';

// For the API's requests alone, since `fetch` takes no certificate: every socket below names the one
// that it trusts.
process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';

let folder;
let ca;
let server;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'salala-tls-'));
  ca = await putCertificate(folder);
  const { cert, key } = certificateFiles(folder);
  const env = { TLS_CERT_FILE: cert, TLS_KEY_FILE: key, LOG_LEVEL: 'info' };
  server = await startServer({ env });
});
after(async () => {
  await server.remove();
  await rm(folder, { recursive: true, force: true });
});

/** Options of a client that trusts the certificate of now. */
const trusting = (options = {}) => ({ ca, rejectUnauthorized: true, ...options });

/** The certificate that a new connection is shown. */
async function shown() {
  const socket = connect({ host: '127.0.0.1', port: server.port });
  await once(socket, 'secureConnect');
  const certificate = socket.getPeerX509Certificate();
  socket.destroy();
  return certificate.fingerprint256;
}

test('the ready line names https', () => {
  assert.match(server.output.join('\n'), /^Salala is ready: https:\/\/localhost:\d+$/m);
});

for (const transport of TRANSPORTS) {
  describe(`over ${transport.name}`, () => {
    test('messages of every size come whole and in order, and a client goes in order', async () => {
      const { ann, ben } = await registerAll(server, 'ann', 'ben');
      const talk = await ann.direct(ben);
      const anns = await ann.connect(trusting(transport.options));
      const bens = await ben.connect(trusting(transport.options));
      await bens.view(talk);
      await anns.view(talk);
      await anns.does('typing', { conversationId: talk });
      await bens.hears('userTyping');
      const contents = Array.from({ length: 300 }, (_, number) =>
        `${number} `.padEnd(number % 30 === 0 ? 4_000 : 20, 'ä'),
      );
      const acks = contents.map((content) =>
        anns.does('sendMessage', { conversationId: talk, content }),
      );
      const sent = await Promise.all(acks);
      const last = sent.at(-1);
      await bens.hears('newMessage', (message) => message.seq === contents.length);
      assert.equal(last.seq, contents.length);
      const heard = bens.heard('newMessage').map((message) => message.content);
      assert.deepEqual(heard, contents);
      const isUpgraded = transport.options.transports.includes('websocket');
      if (isUpgraded) {
        const engine = anns.socket.io.engine;
        await anns.until(() => engine.transport.name === 'websocket', 'the upgrade');
      }
      ann.leave();
      await bens.hears('userStatusChanged', ({ status }) => status === 'offline');
      ben.leave();
    });
  });
}

test('a client that does not trust the certificate does not come in', async () => {
  const { ann } = await registerAll(server, 'ann');
  const device = ann.dial({ rejectUnauthorized: true, reconnection: false });
  const error = await device.refused();
  assert.equal(error.data, undefined, 'nothing of the protocol was spoken');
  ann.leave();
});

test('a client that reads nothing is cut, and the others hear all', async () => {
  const { ann, ben, cat } = await registerAll(server, 'ann', 'ben', 'cat');
  const talk = await ann.group('all', ben, cat);
  const websocket = trusting({ transports: ['websocket'] });
  const anns = await ann.connect(websocket);
  const bens = await ben.connect(websocket);
  const deaf = await cat.connect({ ...websocket, reconnection: false });
  const { ws } = deaf.socket.io.engine.transport;
  ws._socket.pause();
  const content = 'x'.repeat(4_000);
  const cuts = /^salala_slow_consumers_total (\d+)$/m;
  let count = 0;
  const isCut = async () => {
    const metrics = await fetch(`${server.url}/metrics`, {
      headers: { authorization: `Bearer ${ann.token}` },
    });
    return Number(cuts.exec(await metrics.text())[1]) > 0;
  };
  // The system's buffers for a connection of this machine take some MiB first.
  while (!(await isCut())) {
    const batch = Array.from({ length: 100 }, () =>
      anns.does('sendMessage', { conversationId: talk, content }),
    );
    await Promise.all(batch);
    count += batch.length;
    assert.ok(count < 20_000, 'what waits for one client has a bound');
  }
  await bens.hears('newMessage', (message) => message.seq === count);
  assert.equal(bens.heard('newMessage').length, count);
  ws.terminate();
  for (const person of [ann, ben, cat]) person.leave();
});

test('a renewed certificate is shown to new clients while old sockets live on', async () => {
  const { ann, ben } = await registerAll(server, 'ann', 'ben');
  const talk = await ann.direct(ben);
  const old = [];
  for (const { options } of TRANSPORTS) old.push(await ann.connect(trusting(options)));
  const before = await shown();
  const renewed = await putCertificate(folder);
  server.child.kill('SIGHUP');
  let now = before;
  while (now === before) now = await shown();
  assert.equal(now, new X509Certificate(renewed).fingerprint256);
  ca = renewed;
  const bens = await ben.connect(trusting());
  await bens.does('sendMessage', { conversationId: talk, content: 'still there?' });
  const sockets = old.filter((device) => device !== old[0]);
  for (const device of sockets) {
    await device.hears('newMessage', ({ content }) => content === 'still there?');
    assert.deepEqual(device.of('disconnect'), []);
  }
  for (const person of [ann, ben]) person.leave();
});
