/** A Redis server of its own for the tests that share one between servers, or stop it. */

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { freePort } from './postgres.js';

const run = promisify(execFile);

export class RedisServer {
  static async create() {
    const server = new RedisServer();
    server.folder = await mkdtemp(join(tmpdir(), 'salala-redis-'));
    server.port = await freePort();
    await server.start();
    return server;
  }

  get url() {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Starts the process, with nothing in it. */
  async start() {
    const options = ['--port', this.port, '--bind', '127.0.0.1', '--dir', this.folder];
    this.child = spawn('redis-server', [...options, '--save', ''], { stdio: 'ignore' });
    this.exited = once(this.child, 'exit');
    while ((await this.command('PING').catch(() => '')) !== 'PONG');
  }

  /** What a command answers, as text. */
  async command(...words) {
    const { stdout } = await run('redis-cli', ['-p', this.port, ...words]);
    return stdout.trim();
  }

  /** Ends it without a word. */
  async stop() {
    this.child.kill('SIGKILL');
    await this.exited;
  }

  /** Ends it and removes its folder. */
  async remove() {
    await this.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}
