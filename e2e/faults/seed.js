/** One seed: faults in an order that it chooses, under load, and what became of what was acked. */

import { violations } from './checks.js';
import { FAULTS } from './faults.js';
import { World } from './world.js';

/**
 * Runs a seed.
 *
 * @param {number} seed
 * @param {(world: World) => string[]} choose which faults, in order
 * @returns {Promise<{ faults: string[], found: string[], acked: number }>} `found` is empty if all went well
 */
export async function runSeed(seed, choose) {
  const world = new World(seed);
  const faults = choose(world);
  const done = [];
  const found = [];
  try {
    await world.start();
    const sending = world.people.map((_, at) => world.sendOn(at));
    const failed = new Promise((_, reject) => Promise.all(sending).catch(reject));
    const work = async () => {
      await world.progress();
      for (const name of faults) {
        done.push(name);
        await FAULTS[name](world);
        await world.progress();
      }
      world.isOver = true;
      await Promise.all(sending);
      found.push(...(await violations(world)));
    };
    await Promise.race([work(), failed]);
  } catch (error) {
    found.push(error.message);
  }
  await world.remove().catch((error) => found.push(error.message));
  return { faults: done, found, acked: world.acked.size };
}

/** Some faults by chance, any of them more than once. */
export const byChance = (count) => (world) =>
  Array.from({ length: count }, () => world.pick(Object.keys(FAULTS)));

/** Each fault once, in an order of the seed. */
export const eachOnce = (world) => world.shuffle(Object.keys(FAULTS));
