/** Listens to all that tests and servers tell each other, and fails a test whose server's documents say otherwise. */

import { afterEach } from 'node:test';

import { Contract } from './contract.js';

const plainFetch = globalThis.fetch;

/** Contracts by the address of their server. */
const contracts = new Map();
/** The same by their text, since reading one takes longer than asking for it. */
const known = new Map();
/** Sentences on what was not as it is documented. */
const mistakes = [];
/** Answers that are still being read. */
const reading = new Set();

afterEach(check);

/** Learns what a server says of itself; from now on it is held to that. */
export async function learn(url) {
  const texts = await Promise.all(
    ['openapi', 'asyncapi'].map(async (name) =>
      (await plainFetch(`${url}/api/${name}.json`)).text(),
    ),
  );
  const text = texts.join('\n');
  if (!known.has(text)) known.set(text, new Contract(...texts.map((one) => JSON.parse(one))));
  contracts.set(new URL(url).host, known.get(text));
}

/** Fails with all that was not as it is documented since the last look. */
export async function check() {
  await Promise.all(reading);
  const found = [...new Set(mistakes.splice(0))];
  if (found.length > 0) throw new Error(`not as documented:\n${found.join('\n')}`);
}

/** Requests of the tests themselves. */
globalThis.fetch = async (input, init = {}) => {
  const answer = await plainFetch(input, init);
  const url = new URL(input instanceof Request ? input.url : input);
  const method = (init.method ?? 'GET').toUpperCase();
  const sent = typeof init.body === 'string' ? init.body : undefined;
  const { status, headers } = answer;
  const copy = answer.clone();
  noteAnswer({ url, method, sent, status, type: headers.get('content-type') }, () => copy.text());
  return answer;
};

/** Requests of a page in a browser. */
export function listenToPage(page) {
  // An answer that was on its way when the page was left never ends for the browser.
  let leave = () => {};
  let leaves = new Promise((resolve) => (leave = resolve));
  page.on('framenavigated', (frame) => {
    if (frame === page.mainFrame()) {
      leave();
      leaves = new Promise((resolve) => (leave = resolve));
    }
  });
  page.on('close', () => leave());
  page.on('response', (response) => {
    const request = response.request();
    const note = {
      url: new URL(response.url()),
      method: request.method(),
      // Files are bytes, which the documents say nothing of.
      sent: isJson(request) ? (request.postData() ?? undefined) : undefined,
      status: response.status(),
      type: response.headers()['content-type'],
    };
    noteAnswer(note, () => Promise.race([response.text(), leaves]));
  });
  page.on('websocket', (socket) => {
    const contract = contracts.get(new URL(socket.url()).host);
    if (!contract) return;
    const talk = new Talk(contract);
    socket.on('framesent', ({ payload }) => talk.frameSent(String(payload)));
    socket.on('framereceived', ({ payload }) => talk.frameCame(String(payload)));
  });
}

function isJson(request) {
  return request.headers()['content-type']?.startsWith('application/json') ?? false;
}

/** All packets of a stock client, whatever transport carries them. */
export function listenToSocket(socket, url) {
  const contract = contracts.get(new URL(url).host);
  if (!contract) return;
  const talk = new Talk(contract);
  const manager = socket.io;
  manager.on('packet', (packet) => {
    if (packet.nsp === '/') talk.came(packet);
  });
  const send = manager._packet.bind(manager);
  manager._packet = (packet) => {
    if (packet.nsp === '/') talk.went(packet);
    send(packet);
  };
}

/** What goes to and fro on one socket. */
class Talk {
  constructor(contract) {
    this.contract = contract;
    this.waiting = new Map();
  }

  went({ type, id, data }) {
    if (type !== 2 || id === undefined) return;
    const [name, payload] = data;
    // As it goes over the wire: without what JSON does not have.
    const text = JSON.stringify(payload);
    this.waiting.set(id, { name, payload: text === undefined ? null : JSON.parse(text) });
  }

  came({ type, id, data }) {
    const { contract } = this;
    if (type === 0) judgeNow(() => contract.judgeConnect(data));
    if (type === 2) judgeNow(() => contract.judgeTold(data[0], data.slice(1)));
    if (type === 4) judgeNow(() => contract.judgeConnectError(data));
    if (type === 3) {
      const asked = this.waiting.get(id);
      this.waiting.delete(id);
      if (asked) judgeNow(() => contract.judgeAck(asked.name, asked.payload, data));
      else mistakes.push(`an ack of nothing: ${id}`);
    }
  }

  frameSent(frame) {
    const packet = parse(frame);
    if (packet) this.went(packet);
  }

  frameCame(frame) {
    const packet = parse(frame);
    if (packet) this.came(packet);
  }
}

/** A packet of the main namespace from its frame; what is none of these is heartbeat or bytes. */
function parse(frame) {
  const match = /^4([0-4])(\d*)([[{].*)?$/s.exec(frame);
  if (!match) return null;
  const [, type, id, json] = match;
  return {
    type: Number(type),
    id: id === '' ? undefined : Number(id),
    data: json === undefined ? undefined : JSON.parse(json),
  };
}

function noteAnswer({ url, method, sent, status, type }, read) {
  const contract = contracts.get(url.host);
  if (!contract || ['HEAD', 'OPTIONS'].includes(method)) return;
  const path = url.pathname;
  if (!path.startsWith('/api/') && !contract.route(path)) return;
  const judge = async () => {
    // What breaks off, as a server that is killed leaves it, says nothing.
    const body = await read().catch(() => undefined);
    if (body === undefined) return;
    const note = { method, path, query: url.searchParams, status, contentType: type, body };
    judgeNow(() => contract.judgeAnswer({ ...note, sent: parseSent(sent, status) }));
  };
  const judged = judge().finally(() => reading.delete(judged));
  reading.add(judged);
}

/** What cannot be judged is a mistake too, and must not disturb who is being listened to. */
function judgeNow(judge) {
  try {
    mistakes.push(...judge());
  } catch (error) {
    mistakes.push(error.stack);
  }
}

function parseSent(text, status) {
  return text && status < 300 ? JSON.parse(text) : undefined;
}
