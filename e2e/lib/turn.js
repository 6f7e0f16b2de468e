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

/** A UDP port that nobody has. */
export async function freePort() {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}

/**
 * Two connections of one page, by way of the relay alone: what one says the other hears.
 *
 * @returns {Promise<string>} the word that came through, or the relay's refusal
 */
export function talkThrough(page, iceServers) {
  return page.evaluate(async (servers) => {
    const options = { iceServers: servers, iceTransportPolicy: 'relay' };
    const [one, other] = [new RTCPeerConnection(options), new RTCPeerConnection(options)];
    const outcome = new Promise((resolve) => {
      one.onicecandidateerror = ({ errorCode }) => resolve(`refused with ${errorCode}`);
      other.ondatachannel = ({ channel }) => (channel.onmessage = ({ data }) => resolve(data));
    });
    one.onicecandidate = ({ candidate }) => candidate && other.addIceCandidate(candidate);
    other.onicecandidate = ({ candidate }) => candidate && one.addIceCandidate(candidate);
    const channel = one.createDataChannel('talk');
    channel.onopen = () => channel.send('hello');
    await one.setLocalDescription();
    await other.setRemoteDescription(one.localDescription);
    await other.setLocalDescription();
    await one.setRemoteDescription(other.localDescription);
    const word = await outcome;
    one.close();
    other.close();
    return word;
  }, iceServers);
}
