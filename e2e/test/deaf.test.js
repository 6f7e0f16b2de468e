/** Clients that are let in and read nothing: they cost little, and nobody waits for them. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';

import { connectDeaf } from '../lib/deaf.js';
import { eventually } from '../lib/eventually.js';
import { registerAll } from '../lib/person.js';
import { startServer } from '../lib/server.js';

const DEAF = 1_000;
const AT_ONCE = 50;
/** Far below what would be held if each had a queue of its own of what waits for it (1 MiB). */
const GROWTH_MAX_MIB = 128;

let server;
before(async () => {
  const off = { RATE_LIMIT_SENDS: 'off', RATE_LIMIT_CONNECTS: 'off' };
  server = await startServer({ env: { ...off, MAX_CONNECTIONS_PER_ADDRESS: String(2 * DEAF) } });
});
after(() => server.remove());

async function residentMib() {
  const status = await readFile(`/proc/${server.child.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)[1]) / 1024;
}

test('a thousand clients that read nothing are cut, hold little, and keep nobody waiting', async () => {
  const { ann, ben } = await registerAll(server, 'ann', 'ben');
  const conversationId = await ann.direct(ben);
  const deaf = [];
  while (deaf.length < DEAF) {
    const some = Array.from({ length: AT_ONCE }, () => connectDeaf(server, ben.token));
    deaf.push(...(await Promise.all(some)));
  }
  const before = await residentMib();
  let peak = before;
  const content = 'x'.repeat(4_000);
  const seqs = [];
  const sockets = () => server.measure('salala_sockets');
  assert.equal(await sockets(), DEAF);
  const sender = await ann.connect({ transports: ['websocket'] });
  // What the kernel takes for each is not known; when all were cut it is enough.
  await eventually(
    async () => {
      for (let count = 0; count < 20; count += 1) {
        seqs.push((await sender.does('sendMessage', { conversationId, content })).seq);
      }
      peak = Math.max(peak, await residentMib());
      return (await sockets()) === 1;
    },
    'the end of those who read nothing',
    120_000,
  );
  assert.ok(peak - before < GROWTH_MAX_MIB, `it grew by ${Math.round(peak - before)} MiB`);
  // The sender was told everything meanwhile.
  await sender.hears('newMessage', ({ seq }) => seq === seqs.at(-1));
  assert.deepEqual(
    sender.heard('newMessage').map(({ seq }) => seq),
    seqs,
  );
  for (const connection of deaf) connection.destroy();
  ann.leave();
});
