/** Storage that goes away and comes back under a running server. */

import assert from 'node:assert/strict';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { registerAll } from '../../lib/person.js';
import { startServer } from '../../lib/server.js';

let server;
before(async () => {
  server = await startServer();
});
after(() => server.remove());

const readiness = async () => (await fetch(`${server.url}/readyz`)).status;

/** Asks until the answer fits; readiness is looked at anew every half second. */
async function ready(status) {
  while ((await readiness()) !== status) await new Promise((resolve) => setTimeout(resolve, 50));
}

test('while the database is away nothing is stored, and all comes back by itself', async () => {
  const { ann, ben } = await registerAll(server, 'ann', 'ben');
  const conversationId = await ann.direct(ben);
  const [sender, receiver] = [await ann.connect(), await ben.connect()];
  await sender.does('sendMessage', { conversationId, content: 'before' });
  const here = join(server.dataDir, 'salala.db');
  const away = join(server.dataDir, 'elsewhere.db');
  await rename(here, away);

  const draft = { conversationId, content: 'meanwhile', clientMessageId: 'once' };
  await sender.fails('sendMessage', draft, 'unavailable');
  const heard = await sender.hears('exception');
  assert.equal(heard.code, 'unavailable');
  const overHttp = await ann.try('GET', '/conversations');
  assert.equal(overHttp.status, 503);
  assert.ok(overHttp.headers.get('retry-after'));
  await ready(503);
  // Who connects now is not refused for good: the client goes on trying, and is let in later.
  const patient = ben.dial();

  await rename(away, here);
  await ready(200);
  const again = await sender.does('sendMessage', draft);
  assert.equal(again.seq, 2);
  await receiver.hears('newMessage', (message) => message.id === again.id);
  await patient.connected();
  assert.deepEqual(patient.of('connect_error'), []);
  const { data } = await ann.api('GET', `/conversations/${conversationId}/messages`);
  assert.deepEqual(
    data.map((message) => message.content),
    ['meanwhile', 'before'],
  );
  ann.leave();
  ben.leave();
});
