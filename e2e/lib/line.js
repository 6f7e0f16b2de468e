/** A line between clients and the server that a test can cut, stop and mend. */

import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** Starts a line to a server that goes on after the server was started anew. */
export async function startLine(server) {
  const line = new Line(server);
  await line.start();
  return line;
}

class Line {
  constructor(server) {
    Object.assign(this, { server, isDown: false, isStopped: false, pairs: new Set() });
    this.listener = createServer((near) => this.join(near));
  }

  async start() {
    this.listener.listen(0, '127.0.0.1');
    await once(this.listener, 'listening');
    this.port = this.listener.address().port;
    this.url = `http://127.0.0.1:${this.port}`;
  }

  join(near) {
    near.on('error', () => {});
    if (this.isDown) return near.destroy();
    const far = connect(this.server.port, '127.0.0.1');
    const pair = { near, far };
    this.pairs.add(pair);
    const part = () => {
      near.destroy();
      far.destroy();
      this.pairs.delete(pair);
    };
    far.on('error', () => {});
    near.on('close', part);
    far.on('close', part);
    near.pipe(far);
    far.pipe(near);
    if (this.isStopped) far.pause();
  }

  /** Ends all connections on both sides without a word. New ones come through. */
  cut() {
    for (const { near, far } of [...this.pairs]) {
      reset(near);
      reset(far);
    }
  }

  /** The same, and new ones are refused until {@link up}. */
  down() {
    this.isDown = true;
    this.cut();
  }

  up() {
    this.isDown = false;
  }

  /** Nothing that the server sends is fetched any more, as from a client that reads nothing. */
  stop() {
    this.isStopped = true;
    for (const { near, far } of this.pairs) {
      far.unpipe(near);
      far.pause();
    }
  }

  /** What was stopped flows again, and so do new connections. */
  flow() {
    this.isStopped = false;
    for (const { near, far } of this.pairs) far.pipe(near);
  }

  async close() {
    this.down();
    this.listener.close();
    await once(this.listener, 'close');
  }
}

/**
 * Ends a connection without a word. One that is ending anyhow cannot be reset: Node would keep its handle
 * for good, and never come to the end of the process.
 */
function reset(socket) {
  if (socket.writableEnded || socket.destroyed) socket.destroy();
  else socket.resetAndDestroy();
}
