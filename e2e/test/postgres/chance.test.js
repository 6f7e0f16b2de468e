/** Every fault of `make faults` once, under load; which order is chosen by a fixed seed. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { eachOnce, runSeed } from '../../faults/seed.js';

test('over every fault that two servers survive, nobody loses a message', async () => {
  const { faults, found, acked } = await runSeed(1, eachOnce);
  assert.deepEqual(found, [], `after ${faults.join(', ')}`);
  assert.ok(acked > 0);
});
