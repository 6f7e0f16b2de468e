/** A relay for calls: coturn as Debian has it, with a secret that it shares with the server under test. */

import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The settings that operators are given. */
const SETTINGS = join(dirname(fileURLToPath(import.meta.url)), '../../deploy/turnserver.conf');

/** A binding request (RFC 8489), which any STUN server answers: its head alone. */
const BINDING = Buffer.from('000100002112a442000000000000000000000000', 'hex');

/** Starts one on a free port; its files are in a folder that goes with it. */
export async function startRelay(secret) {
  const folder = await mkdtemp(join(tmpdir(), 'salala-turn-'));
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const port = await freePort();
  const options = [
    '-c',
    SETTINGS,
    '--listening-ip=127.0.0.1',
    '--relay-ip=127.0.0.1',
    `--listening-port=${port}`,
    `--static-auth-secret=${secret}`,
    '--realm=example.org',
    // Both browsers are on this machine, which nobody else's relay may reach.
    '--allow-loopback-peers',
    '--allowed-peer-ip=127.0.0.1',
    '--log-file=stdout',
    `--pidfile=${join(folder, 'pid')}`,
    `--userdb=${join(folder, 'users')}`,
  ];
  const child = spawn('turnserver', options, { cwd: folder, stdio: 'ignore' });
  const exited = once(child, 'exit');
  const answered = once(socket, 'message');
  // What is sent before it listens is lost.
  const asking = setInterval(() => socket.send(BINDING, port, '127.0.0.1'), 50);
  const ended = exited.then(() => Promise.reject(new Error('coturn did not start')));
  try {
    await Promise.race([answered, ended]);
  } finally {
    clearInterval(asking);
    socket.close();
  }
  const remove = async () => {
    child.kill('SIGKILL');
    await exited;
    await rm(folder, { recursive: true, force: true });
  };
  return { port, remove };
}

async function freePort() {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}
