/** Random faults, chosen by a seed, against two servers under load: `node faults/run.js [SEEDS [FIRST]]`. */

import { byChance, runSeed } from './seed.js';

const FAULTS_EACH = 6;

const [count, first] = [Number(process.argv[2] ?? 1), Number(process.argv[3] ?? 1)];
let failed = 0;
for (let seed = first; seed < first + count; seed += 1) {
  const started = Date.now();
  const { faults, found, acked } = await runSeed(seed, byChance(FAULTS_EACH));
  const seconds = Math.round((Date.now() - started) / 1000);
  const outcome = found.length === 0 ? '0 lost, 0 disordered' : found.join('; ');
  console.log(`seed ${seed}: ${acked} acked in ${seconds} s: ${outcome}`);
  console.log(`  ${faults.join(', ')}`);
  if (found.length > 0) failed += 1;
}
console.log(failed === 0 ? `${count} seeds: nothing lost` : `${failed} of ${count} seeds failed`);
process.exit(failed === 0 ? 0 : 1);
