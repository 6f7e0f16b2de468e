/** Databases of their own for the servers under test, on the PostgreSQL server of `TEST_STORE_URL`. */

import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The PostgreSQL server on which all servers under test keep their data; SQLite without it. */
const STORE_URL = process.env.TEST_STORE_URL;

/** Runs one statement. */
export async function psql(url, statement) {
  const options = ['--no-psqlrc', '--quiet', '--tuples-only', '--no-align', url, '-c', statement];
  const { stdout } = await run('psql', options);
  return stdout.trim();
}

/**
 * Makes an empty database, where servers under test have one.
 *
 * @param {string} [serverUrl] of a PostgreSQL server whose user may make databases
 * @returns {Promise<{ url: string, drop: () => Promise<unknown> } | null>}
 */
export async function makeDatabase(serverUrl = STORE_URL) {
  if (!serverUrl) return null;
  const name = `salala_test_${randomBytes(8).toString('hex')}`;
  await psql(serverUrl, `CREATE DATABASE ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  const drop = () => psql(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  return { url: url.href, drop };
}

/** Where Debian keeps the programs of a PostgreSQL server. */
const BIN = process.env.TEST_POSTGRES_BIN ?? '/usr/lib/postgresql/15/bin';

/**
 * A PostgreSQL server of its own, which can be stopped and started. Unlike the one that other tests share
 * it flushes what it commits, as one does that keeps what people wrote.
 */
export class PostgresServer {
  static async create() {
    const server = new PostgresServer();
    server.folder = await mkdtemp(join(tmpdir(), 'salala-postgres-'));
    // initdb and postgres refuse to run as root.
    server.user = process.getuid() === 0 ? await userNamed('postgres') : {};
    if (server.user.uid) await chown(server.folder, server.user.uid, server.user.gid);
    const data = `--pgdata=${join(server.folder, 'data')}`;
    const options = [data, '--username=postgres', '--auth=trust', '--encoding=UTF8', '--no-sync'];
    await run(join(BIN, 'initdb'), [...options, '--locale=C.UTF-8'], {
      cwd: server.folder,
      ...server.user,
    });
    server.port = await freePort();
    await server.start();
    return server;
  }

  get url() {
    return `postgres://postgres@127.0.0.1:${this.port}/postgres`;
  }

  /** Starts the process, after a stop on the same port and folder. */
  async start() {
    // After a kill its children may hold the memory that they shared for a moment: then it ends at once.
    for (let tries = 0; tries < 100; tries += 1) {
      const options = ['-D', join(this.folder, 'data'), '-p', this.port, '-h', '127.0.0.1'];
      const child = spawn(join(BIN, 'postgres'), [...options, '-k', this.folder], {
        cwd: this.folder,
        stdio: 'ignore',
        ...this.user,
      });
      this.child = child;
      this.exited = once(child, 'exit');
      const isGone = () => child.exitCode !== null || child.signalCode !== null;
      while (!isGone()) if (await this.answers()) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error('PostgreSQL did not start');
  }

  async answers() {
    try {
      return (await psql(this.url, 'SELECT 1')) === '1';
    } catch {
      return false;
    }
  }

  /** Ends it by a signal: `SIGQUIT` is an immediate shutdown, `SIGKILL` what no process hears. */
  async stop(signal) {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill(signal);
    await this.exited;
  }

  /** Ends it and removes its folder. */
  async remove() {
    await this.stop('SIGINT');
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function userNamed(name) {
  const ids = await Promise.all(['-u', '-g'].map((option) => run('id', [option, name])));
  const [uid, gid] = ids.map(({ stdout }) => Number(stdout));
  return { uid, gid };
}

/** A port of 127.0.0.1 on which nobody listens. */
export async function freePort() {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address();
  listener.close();
  return String(port);
}
