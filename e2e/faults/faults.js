/** What goes wrong, by name. Each ends with the cause gone, though its effects may last. */

import { writeFile } from 'node:fs/promises';

import { eventually } from '../lib/eventually.js';
import { PASSWORD, request } from '../lib/person.js';
import { psql } from '../lib/postgres.js';
import { sleep } from './world.js';

export const FAULTS = {
  async 'kill -9 of a server'(world) {
    const node = world.pick(world.nodes);
    await node.kill();
    world.leave(node);
    await world.progress();
    await node.start();
    world.spread();
  },
  async 'a server that stands still'(world) {
    const node = world.pick(world.nodes);
    node.child.kill('SIGSTOP');
    // Its length is the fault.
    await sleep(500 + world.random() * 4_000);
    node.child.kill('SIGCONT');
  },
  async 'a clock that jumps'(world) {
    const node = world.pick(world.nodes);
    const minutes = Math.ceil(world.random() * 10) * world.pick([1, -1]);
    await writeFile(node.clock, `${minutes < 0 ? '' : '+'}${minutes}m`);
    await eventually(
      () => showsTime(world, node, Date.now() + minutes * 60_000),
      'a clock that jumped',
    );
    await world.progress();
  },
  async 'Redis killed and emptied'(world) {
    await world.redis.stop();
    await world.progress();
    await world.redis.start();
  },
  async 'a server that cannot reach Redis'(world) {
    const { toRedis } = world.pick(world.nodes);
    toRedis.down();
    await world.progress();
    toRedis.up();
  },
  async 'PostgreSQL killed'(world) {
    await world.postgres.stop(world.pick(['SIGKILL', 'SIGQUIT']));
    await sleep(world.random() * 2_000);
    await world.postgres.start();
  },
  async 'a server that cannot reach PostgreSQL'(world) {
    const { toDatabase } = world.pick(world.nodes);
    toDatabase.down();
    await sleep(world.random() * 2_000);
    toDatabase.up();
    await world.progress();
  },
  /** PostgreSQL waits before each flush, as long as it can be told to. */
  async 'a slow disk'(world) {
    const delay = Math.ceil(20_000 + world.random() * 80_000);
    const settings = [`commit_delay = ${delay}`, 'commit_siblings = 0'];
    for (const setting of settings) await psql(world.postgres.url, `ALTER SYSTEM SET ${setting}`);
    await psql(world.postgres.url, 'SELECT pg_reload_conf()');
    await world.progress();
    await psql(world.postgres.url, 'ALTER SYSTEM RESET ALL');
    await psql(world.postgres.url, 'SELECT pg_reload_conf()');
  },
  async 'lines cut'(world) {
    for (let times = 0; times < 4; times += 1) {
      for (const line of world.lines) if (world.random() < 0.5) line.cut();
      await world.progress(20);
    }
  },
  async 'rolling restart'(world) {
    for (const node of world.nodes) {
      const stopped = node.stop();
      world.leave(node);
      await stopped;
      await node.start();
      await world.progress(30);
    }
    world.spread();
  },
};

/** Whether a server goes by this time, to some seconds, as the tokens say that it makes. */
async function showsTime(world, node, time) {
  const [{ email }] = world.people;
  const body = { email, password: PASSWORD };
  const { body: signedIn } = await request(node, 'POST', '/auth/login', { body });
  if (!signedIn.accessToken) return false;
  const claims = JSON.parse(Buffer.from(signedIn.accessToken.split('.')[1], 'base64url'));
  return Math.abs((claims.exp - signedIn.expiresIn) * 1000 - time) < 5_000;
}
