/** Random faults, chosen by a seed, against two servers under load: `node faults/run.js [SEEDS [FIRST]]`. */

import { eventually } from '../lib/eventually.js';
import { startLine } from '../lib/line.js';
import { registerAll, request } from '../lib/person.js';
import { PostgresServer, psql } from '../lib/postgres.js';
import { RedisServer } from '../lib/redis.js';
import { startServer } from '../lib/server.js';

const FAULTS_EACH = 6;
const NAMES = ['ann', 'ben', 'eve', 'dan', 'fay', 'gus'];
/** How long anything may take to come right again; far longer than it does. */
const PATIENCE_MS = 60_000;
/** How soon presence has to be right. */
const PRESENCE_MS = 15_000;

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Two servers, people with a line each, and what was acked to them. */
class World {
  static async create(seed) {
    const world = new World();
    Object.assign(world, { seed, random: randomOf(seed), acked: new Map(), isOver: false });
    world.postgres = await PostgresServer.create();
    world.redis = await RedisServer.create();
    const env = { REDIS_URL: world.redis.url, RATE_LIMIT_SENDS: 'off', RATE_LIMIT_SIGNALS: 'off' };
    const first = await startServer({ env, storeUrl: world.postgres.url });
    world.nodes = [first, await startServer({ env, beside: first })];
    world.people = Object.values(await registerAll(first, ...NAMES));
    world.crowd = await world.people[0].group('crowd', ...world.people.slice(1));
    world.talk = await world.people[0].direct(world.people[1]);
    world.lines = [];
    world.devices = [];
    world.freshSessions = 0;
    for (const [at, person] of world.people.entries()) {
      const line = await startLine(world.nodes[at % 2]);
      const transports = at < 4 ? ['websocket'] : ['polling', 'websocket'];
      const device = person.dial({ transports, url: line.url });
      let hasConnected = false;
      device.socket.on('connect', () => {
        if (hasConnected && !device.socket.recovered) world.freshSessions += 1;
        hasConnected = true;
      });
      await device.connected();
      world.lines.push(line);
      world.devices.push(device);
    }
    return world;
  }

  pick(list) {
    return list[Math.floor(this.random() * list.length)];
  }

  /** Sends one message after another, each again under its own id until it is acked. */
  async sendOn(at) {
    const { socket } = this.devices[at];
    const random = randomOf(this.seed * 1000 + at);
    for (let number = 0; !this.isOver; number += 1) {
      const conversationId = at < 2 && random() < 0.3 ? this.talk : this.crowd;
      const clientMessageId = `${at}.${number}`;
      const draft = { conversationId, content: clientMessageId, clientMessageId };
      let answer = null;
      while (!answer?.id) {
        answer = await socket
          .timeout(2_000)
          .emitWithAck('sendMessage', draft)
          .catch(() => null);
        if (!answer?.id) await sleep(20);
      }
      if (this.acked.has(answer.id)) throw new Error(`two sends are one message: ${answer.id}`);
      this.acked.set(answer.id, { conversationId, clientMessageId, seq: answer.seq });
      await sleep(random() * 20);
    }
  }

  /** Lets people write for a while, whatever stands in their way. */
  async progress(count = 60) {
    const before = this.acked.size;
    await eventually(() => this.acked.size >= before + count, 'acks', PATIENCE_MS);
  }

  /** Everybody who is on a server changes over to the other one. */
  leave(node) {
    const other = this.nodes.find((one) => one !== node);
    for (const line of this.lines) {
      if (line.server !== node) continue;
      line.server = other;
      line.cut();
    }
  }

  /** People spread over both again. */
  spread() {
    for (const line of this.lines) {
      if (this.random() < 0.5) continue;
      line.server = this.pick(this.nodes);
      line.cut();
    }
  }

  async remove() {
    this.isOver = true;
    for (const person of this.people) person.leave();
    for (const line of this.lines) await line.close();
    // The first one owns the database.
    for (const node of [...this.nodes].reverse()) await node.remove();
    await this.redis.remove();
    await this.postgres.remove();
  }
}

const FAULTS = {
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
  async 'Redis killed and emptied'(world) {
    await world.redis.stop();
    await world.progress();
    await world.redis.start();
  },
  async 'PostgreSQL killed'(world) {
    await world.postgres.stop(world.pick(['SIGKILL', 'SIGQUIT']));
    await sleep(world.random() * 2_000);
    await world.postgres.start();
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

/** What the clients of a conversation's members and the store hold, against what was acked. */
async function violations(world) {
  const found = [];
  const members = { [world.crowd]: world.devices, [world.talk]: world.devices.slice(0, 2) };
  for (const [conversationId, devices] of Object.entries(members)) {
    const sent = [...world.acked.entries()].filter(
      ([, it]) => it.conversationId === conversationId,
    );
    for (const [at, device] of devices.entries()) {
      const heard = () => {
        const messages = device.heard('newMessage', (it) => it.conversationId === conversationId);
        return new Map(messages.map((message) => [message.id, message.seq]));
      };
      const countMissing = () => sent.filter(([id]) => !heard().has(id)).length;
      await eventually(() => countMissing() === 0, 'what was acked', 20_000).catch(() =>
        found.push(`${NAMES[at]} was never told ${countMissing()} acked messages`),
      );
      const seqs = [...heard().values()];
      const broken = seqs.findIndex((seq, index) => seq !== index + 1);
      if (broken >= 0) found.push(`${NAMES[at]} heard seq ${seqs[broken]} as number ${broken + 1}`);
    }
    const stored = await psql(
      world.nodes[0].database.url,
      `SELECT COUNT(*) || ' ' || COUNT(DISTINCT (sender_id, client_message_id)) || ' ' || MAX(seq)
       FROM messages WHERE conversation_id = '${conversationId}'`,
    );
    const expected = `${sent.length} ${sent.length} ${sent.length}`;
    if (stored !== expected) found.push(`stored, distinct, last are ${stored}, not ${expected}`);
  }
  if (world.freshSessions > 0) found.push(`${world.freshSessions} sessions were not recovered`);
  for (const [at, person] of world.people.entries()) {
    const { body } = await person.try('GET', '/conversations');
    for (const { id, unreadCount } of body.data) {
      const unread = await psql(
        world.nodes[0].database.url,
        `SELECT COUNT(*) FROM messages m JOIN participants p USING (conversation_id)
         WHERE m.conversation_id = '${id}' AND p.user_id = '${person.id}'
           AND m.seq > p.last_read_seq AND m.sender_id <> p.user_id AND m.deleted_at IS NULL`,
      );
      if (Number(unread) !== unreadCount) {
        found.push(`${NAMES[at]} is shown ${unreadCount} unread, not ${unread}`);
      }
    }
  }
  for (const node of world.nodes) {
    const lost = await node.lostMessages();
    if (lost !== 0) found.push(`a server counts ${lost} lost messages`);
  }
  return found;
}

/** Everybody is shown as they are, on both servers. */
async function presenceViolations(world) {
  const shown = async (node) => {
    const { token } = world.people[0];
    const { body } = await request(node, 'GET', `/conversations/${world.crowd}`, { token });
    return body.participants?.map(({ status }) => status).join(' ');
  };
  const isShown = async (wanted) => {
    for (const node of world.nodes) if ((await shown(node)) !== wanted.join(' ')) return false;
    return true;
  };
  const found = [];
  const wanted = NAMES.map(() => 'online');
  const all = eventually(() => isShown(wanted), 'everybody', PRESENCE_MS);
  await all.catch(async () => found.push(`shown: ${await shown(world.nodes[0])}`));
  world.devices.at(-1).close();
  wanted[wanted.length - 1] = 'offline';
  const gone = eventually(() => isShown(wanted), 'one who went', PRESENCE_MS);
  await gone.catch(async () => found.push(`after one went: ${await shown(world.nodes[1])}`));
  return found;
}

/** One seed: true if nothing was lost. */
async function run(seed) {
  const started = Date.now();
  const world = await World.create(seed);
  const done = [];
  const found = [];
  try {
    const sending = world.people.map((_, at) => world.sendOn(at));
    await world.progress();
    for (let count = 0; count < FAULTS_EACH; count += 1) {
      const name = world.pick(Object.keys(FAULTS));
      done.push(name);
      await FAULTS[name](world);
      await world.progress();
    }
    world.isOver = true;
    await Promise.all(sending);
    found.push(...(await violations(world)), ...(await presenceViolations(world)));
  } catch (error) {
    found.push(error.message);
  }
  await world.remove().catch((error) => found.push(error.message));
  const seconds = Math.round((Date.now() - started) / 1000);
  const outcome = found.length === 0 ? '0 lost, 0 disordered' : found.join('; ');
  console.log(`seed ${seed}: ${world.acked.size} acked in ${seconds} s: ${outcome}`);
  console.log(`  ${done.join(', ')}`);
  return found.length === 0;
}

const [count, first] = [Number(process.argv[2] ?? 1), Number(process.argv[3] ?? 1)];
let failed = 0;
for (let seed = first; seed < first + count; seed += 1) if (!(await run(seed))) failed += 1;
console.log(failed === 0 ? `${count} seeds: nothing lost` : `${failed} of ${count} seeds failed`);
process.exit(failed === 0 ? 0 : 1);
