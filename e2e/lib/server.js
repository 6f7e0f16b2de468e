/** Starts the built server in a folder of its own, on a free port, and stops it by its process. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

import { closeDevices } from './device.js';
import { makeDatabase } from './postgres.js';
import { check, learn } from './recorder.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const target = process.env.CARGO_TARGET_DIR ?? join(root, 'target');

/** The binary under test. */
export const BINARY = process.env.SALALA_BIN ?? join(target, 'debug', 'salala');

/** Opens the measures. */
const METRICS_TOKEN = 'a token for tests alone, sixteen or more';

/** Long enough to prove tokens made by the tests, and fixed, so that a restart keeps them valid. */
export const JWT_SECRET = 'a secret for tests alone, thirty-two bytes or more';

/**
 * Starts a server.
 *
 * @param {{ env?: Record<string, string>, args?: string[], storeUrl?: string, beside?: Server }} [options]
 *   what differs from the defaults; `storeUrl` names a PostgreSQL server for this one alone, `beside` another
 *   server whose database this one shares, as long as that one is there
 */
export async function startServer({ env = {}, args = ['serve'], storeUrl, beside } = {}) {
  const database = beside
    ? { url: beside.database.url, drop: async () => {} }
    : await makeDatabase(storeUrl);
  const server = new Server(await mkdtemp(join(tmpdir(), 'salala-')), database, env, args);
  await server.start();
  return server;
}

class Server {
  constructor(dataDir, database, env, args) {
    Object.assign(this, { dataDir, database, env, args });
    Object.assign(this, { port: 0, url: null, child: null, output: [] });
  }

  /** What every command of the binary needs to find this server's data. */
  get place() {
    return {
      PATH: process.env.PATH,
      DATA_DIR: this.dataDir,
      ...(this.database ? { DATABASE_URL: this.database.url } : {}),
      JWT_SECRET,
      LOG_LEVEL: 'warn',
    };
  }

  /** Starts the process, after a stop on the same port and folder. */
  async start() {
    const child = spawn(BINARY, this.args, {
      cwd: this.dataDir,
      env: {
        ...this.place,
        METRICS_TOKEN,
        HOST: '127.0.0.1',
        PORT: String(this.port),
        ...this.env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    this.exited = once(child, 'exit').then(([code, signal]) => ({ code, signal }));
    createInterface({ input: child.stderr }).on('line', (line) => this.output.push(line));
    const ready = new Promise((resolve) => {
      createInterface({ input: child.stdout }).on('line', (line) => {
        this.output.push(line);
        const address = /^Salala is ready: (https?:\/\/\S+)/.exec(line);
        if (address) resolve(address[1]);
      });
    });
    const address = await Promise.race([ready, this.exited]);
    if (typeof address !== 'string') {
      throw new Error(`the server did not start:\n${this.output.join('\n')}`);
    }
    const { protocol, port } = new URL(address);
    this.port = Number(port);
    this.url = `${protocol}//127.0.0.1:${port}`;
    await learn(this.url);
  }

  /** Runs another command of the binary on the same folder; gives what it printed. */
  async command(...args) {
    const child = spawn(BINARY, args, {
      env: this.place,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [printed, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
    if (code !== 0) throw new Error(`salala ${args.join(' ')} ended with ${code}`);
    return printed;
  }

  /** Sends a signal and waits for the end; gives how it ended. */
  async signal(signal) {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill(signal);
    return this.exited;
  }

  /** Ends the process as an operator does. */
  stop() {
    return this.signal('SIGTERM');
  }

  /** Ends the process as a power cut does. */
  kill() {
    return this.signal('SIGKILL');
  }

  /** Ends the process and its clients, and removes its folder and database. */
  async remove() {
    const lost = await this.lostMessages();
    closeDevices(this.url);
    await this.kill();
    await rm(this.dataDir, { recursive: true, force: true });
    await this.database?.drop();
    await check();
    assert.equal(lost, 0, 'messages that the server says it never told');
  }

  /** What the server itself says it lost; nothing is known of one that is not there, or ends TLS. */
  async lostMessages() {
    const { exitCode, signalCode } = this.child;
    if (exitCode !== null || signalCode !== null || !this.url.startsWith('http://')) return 0;
    return (await this.measure('salala_messages_lost_total')) ?? 0;
  }

  /** One of its measures, without labels; nothing if it is not told yet. */
  async measure(name) {
    const headers = { authorization: `Bearer ${METRICS_TOKEN}` };
    const text = await (await fetch(`${this.url}/metrics`, { headers })).text();
    const found = new RegExp(`^${name} (\\S+)$`, 'm').exec(text);
    return found ? Number(found[1]) : undefined;
  }
}
