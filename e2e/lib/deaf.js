/** Clients on WebSocket that come in and from then on read nothing at all. */

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';

const TEXT = 0x81;
const MASKED = 0x80;

/** Connects with this token; done when the server has let it in. Gives the connection, paused for good. */
export async function connectDeaf(server, token) {
  const connection = connect(server.port, '127.0.0.1');
  connection.on('error', () => {});
  connection.write(
    'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\n' +
      'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`,
  );
  await heard(connection, '"sid"');
  connection.write(frame(`40${JSON.stringify({ token })}`));
  await heard(connection, '"pid"');
  connection.pause();
  return connection;
}

async function heard(connection, words) {
  let text = '';
  while (!text.includes(words)) {
    const [bytes] = await once(connection, 'data');
    text += bytes.toString('latin1');
  }
}

/** A client's frame: masked, here with zeros, which change nothing. */
function frame(text) {
  const body = Buffer.from(text);
  const length = [MASKED | 126, body.length >> 8, body.length & 0xff];
  const head = body.length < 126 ? [MASKED | body.length] : length;
  return Buffer.concat([Buffer.from([TEXT, ...head, 0, 0, 0, 0]), body]);
}
