/** Two servers under load, with everything they lean on behind a line that can be cut. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { eventually } from '../lib/eventually.js';
import { startLine } from '../lib/line.js';
import { registerAll } from '../lib/person.js';
import { makeDatabase, PostgresServer, psql } from '../lib/postgres.js';
import { RedisServer } from '../lib/redis.js';
import { startServer } from '../lib/server.js';

export const NAMES = ['ann', 'ben', 'eve', 'dan', 'fay', 'gus'];
/** How long anything may take to come right again; far longer than it does. */
const PATIENCE_MS = 60_000;
/** Lets a process have a clock of its own (Debian's package faketime). */
const FAKETIME = '/usr/$LIB/faketime/libfaketimeMT.so.1';

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
export function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Two servers, people with a line each, and what was acked to them. */
export class World {
  constructor(seed) {
    Object.assign(this, { seed, random: randomOf(seed), acked: new Map(), isOver: false });
    Object.assign(this, { people: [], nodes: [], lines: [], devices: [], freshSessions: 0 });
  }

  async start() {
    this.folder = await mkdtemp(join(tmpdir(), 'salala-faults-'));
    this.postgres = await PostgresServer.create();
    this.redis = await RedisServer.create();
    this.database = await makeDatabase(this.postgres.url);
    await this.startNode('one');
    await this.startNode('two');
    this.people = Object.values(await registerAll(this.nodes[0], ...NAMES));
    this.crowd = await this.people[0].group('crowd', ...this.people.slice(1));
    this.talk = await this.people[0].direct(this.people[1]);
    for (const at of this.people.keys()) await this.dial(at);
  }

  /** A server that reaches its database and Redis over lines of its own, and has a clock of its own. */
  async startNode(name) {
    const [toDatabase, toRedis] = [await startLine(this.postgres), await startLine(this.redis)];
    const clock = join(this.folder, `clock-of-${name}`);
    await writeFile(clock, '+0');
    const databaseUrl = new URL(this.database.url);
    databaseUrl.port = toDatabase.port;
    const env = {
      DATABASE_URL: databaseUrl.href,
      REDIS_URL: `redis://127.0.0.1:${toRedis.port}`,
      RATE_LIMIT_SENDS: 'off',
      RATE_LIMIT_SIGNALS: 'off',
      LD_PRELOAD: FAKETIME,
      FAKETIME_TIMESTAMP_FILE: clock,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    };
    const node = await startServer({ env, beside: this });
    this.nodes.push(Object.assign(node, { toDatabase, toRedis, clock }));
  }

  /** A person's only device, on one of the servers. */
  async dial(at) {
    const line = await startLine(this.nodes[at % 2]);
    const transports = at < 4 ? ['websocket'] : ['polling', 'websocket'];
    const device = this.people[at].dial({ transports, url: line.url });
    let hasConnected = false;
    device.socket.on('connect', () => {
      if (hasConnected && !device.socket.recovered) this.freshSessions += 1;
      hasConnected = true;
    });
    await device.connected();
    this.lines.push(line);
    this.devices.push(device);
  }

  pick(list) {
    return list[Math.floor(this.random() * list.length)];
  }

  /** The same things in an order of the seed. */
  shuffle(list) {
    const rest = [...list];
    return list.map(() => rest.splice(Math.floor(this.random() * rest.length), 1)[0]);
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

  /** Runs a statement on the database, not over the lines of the servers. */
  query(statement) {
    return psql(this.database.url, statement);
  }

  async remove() {
    this.isOver = true;
    for (const person of this.people) person.leave();
    for (const line of this.lines) await line.close();
    for (const node of this.nodes) {
      await node.remove();
      await node.toDatabase.close();
      await node.toRedis.close();
    }
    await this.redis?.remove();
    await this.postgres?.remove();
    await rm(this.folder, { recursive: true, force: true });
  }
}
