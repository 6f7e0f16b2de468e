/** One stock client, with a memory of all that it was told. */

import assert from 'node:assert/strict';

import { io } from 'socket.io-client';

import { listenToSocket } from './recorder.js';

/** The three ways in which a stock client is on the line; each test of a transport runs on all. */
export const TRANSPORTS = [
  { name: 'polling', options: { transports: ['polling'] } },
  { name: 'websocket', options: { transports: ['websocket'] } },
  { name: 'polling, then upgraded', options: { transports: ['polling', 'websocket'] } },
];

/** Far beyond what anything here takes: it ends a test that waits in vain, and judges no speed. */
const PATIENCE_MS = 20_000;

/** Devices that were not closed yet. */
const devices = new Set();

/** Closes every device of one server, also those that a failed test left behind. */
export function closeDevices(url) {
  for (const device of devices) if (device.url.startsWith(url)) device.close();
}

export class Device {
  /** @param {string} url @param {object} options of the client @param {object} [person] whose */
  constructor(url, options, person) {
    Object.assign(this, { url, person });
    devices.add(this);
    /** All events in the order in which they came: `{ name, payload, args }`. */
    this.events = [];
    /** `connect`, `disconnect` with its reason, `connect_error` with the error, in order. */
    this.lifecycle = [];
    this.waiters = new Set();
    this.socket = io(url, {
      forceNew: true,
      reconnectionDelay: 50,
      reconnectionDelayMax: 200,
      ...options,
      // Whoever listens has to be there before the client hears anything.
      autoConnect: false,
    });
    listenToSocket(this.socket, url);
    this.socket.onAny((name, ...args) => {
      this.events.push({ name, payload: args[0], args });
      this.wake();
    });
    /** How often the client tried to come back by itself. */
    this.tries = 0;
    this.socket.io.on('reconnect_attempt', () => {
      this.tries += 1;
      this.wake();
    });
    this.socket.on('connect', () => this.note({ name: 'connect' }));
    this.socket.on('disconnect', (reason) => this.note({ name: 'disconnect', reason }));
    this.socket.on('connect_error', (error) => this.note({ name: 'connect_error', error }));
    this.socket.connect();
  }

  note(entry) {
    // The place among the events shows what came before `connect`.
    this.lifecycle.push({ ...entry, after: this.events.length });
    this.wake();
  }

  wake() {
    for (const waiter of [...this.waiters]) waiter();
  }

  /** Waits until `find` gives something. */
  until(find, what) {
    return new Promise((resolve, reject) => {
      const patience = setTimeout(() => {
        this.waiters.delete(look);
        const seen = this.events.map((event) => event.name).slice(-20);
        const lines = this.lifecycle.map((entry) => entry.reason ?? entry.name);
        reject(new Error(`waited in vain for ${what}; saw ${seen} and ${lines}`));
      }, PATIENCE_MS);
      const look = () => {
        const found = find();
        if (!found) return;
        clearTimeout(patience);
        this.waiters.delete(look);
        resolve(found);
      };
      this.waiters.add(look);
      look();
    });
  }

  /** Waits for `connect`, the `count`th one. */
  connected(count = 1) {
    return this.until(() => this.of('connect')[count - 1], 'connect');
  }

  /** Waits for `disconnect` and gives its reason. */
  async disconnected(count = 1) {
    const entry = await this.until(() => this.of('disconnect')[count - 1], 'disconnect');
    return entry.reason;
  }

  /** Waits for a `connect_error` of the server and gives it. */
  async refused() {
    const entry = await this.until(() => this.of('connect_error')[0], 'connect_error');
    return entry.error;
  }

  of(name) {
    return this.lifecycle.filter((entry) => entry.name === name);
  }

  /** The payloads of an event that came so far and fit. */
  heard(name, fits = () => true) {
    return this.events
      .filter((event) => event.name === name && fits(event.payload))
      .map((event) => event.payload);
  }

  /** Waits for an event that fits, come already or not, and gives its payload. */
  async hears(name, fits = () => true) {
    const found = await this.until(
      () => this.events.find((event) => event.name === name && fits(event.payload)),
      name,
    );
    return found.payload;
  }

  /** Forgets what came so far. */
  forget() {
    this.events.length = 0;
  }

  /** Sends an event and gives what its ack says. */
  ask(name, ...args) {
    return this.socket.timeout(PATIENCE_MS).emitWithAck(name, ...args);
  }

  /** Sends an event that must not be refused, and gives what its ack says. */
  async does(name, payload) {
    const answer = await this.ask(name, payload);
    assert.notEqual(answer?.status, 'error', `${name}: ${JSON.stringify(answer)}`);
    return answer;
  }

  /** Sends an event that must be refused, and gives what its ack says. */
  async fails(name, payload, code) {
    const answer = await this.ask(name, payload);
    assert.equal(answer?.status, 'error', `${name} went through: ${JSON.stringify(answer)}`);
    assert.equal(answer.code, code, `${name}: ${JSON.stringify(answer)}`);
    return answer;
  }

  /** Views a conversation. */
  view(conversationId) {
    return this.does('joinRoom', { conversationId });
  }

  close() {
    devices.delete(this);
    this.socket.disconnect();
  }
}

let fences = 0;

/**
 * Shows that nothing more is under way to a device: a third party, who has a conversation with its
 * user, sends a message there, and when that has come, all that was caused before has come too.
 * Gives the id of that conversation.
 */
export async function fence(device, friend) {
  fences += 1;
  const content = `fence ${fences}`;
  const conversationId = await friend.direct(device.person);
  await friend.send(conversationId, content);
  await device.hears('newMessage', (message) => message.content === content);
  return conversationId;
}

/** Asserts that a device heard nothing of these names; `friend` as for {@link fence}. */
export async function heardNothing(device, friend, ...names) {
  const fenceId = await fence(device, friend);
  const isFence = (payload) => [payload?.conversationId, payload?.id].includes(fenceId);
  for (const name of names) {
    const heard = device.heard(name, (payload) => !isFence(payload));
    assert.deepEqual(heard, [], `${device.person.username} heard ${name}`);
  }
}
