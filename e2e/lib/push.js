/** Servers in the place of Firebase and of a browser's push service, which check what they are sent. */

import assert from 'node:assert/strict';
import {
  createECDH,
  createPublicKey,
  createVerify,
  generateKeyPairSync,
  randomBytes,
  randomUUID,
  verify,
} from 'node:crypto';
import { createServer } from 'node:http';
import { writeFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';

import { Ajv2020 } from 'ajv/dist/2020.js';
import ece from 'http_ece';

import { eventually } from './eventually.js';

export const PROJECT = 'salala-test';
const EMAIL = `push@${PROJECT}.iam.gserviceaccount.com`;
const SCOPE = 'https://www.googleapis.com/auth/firebase.messaging';
const GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

const closed = (properties, required = Object.keys(properties)) => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});
const text = { type: 'string' };

/** What Firebase documents of a message, as far as it is used: any other field fails a test. */
const isMessage = new Ajv2020({ strict: false }).compile(
  closed({
    message: closed(
      {
        token: text,
        data: { type: 'object', additionalProperties: text },
        notification: closed({ title: text, body: text }),
        android: closed(
          {
            collapse_key: text,
            priority: { enum: ['HIGH', 'NORMAL'] },
            ttl: { type: 'string', pattern: '^[0-9]+s$' },
            notification: closed(
              {
                tag: text,
                notification_count: { type: 'integer', minimum: 1 },
                notification_priority: { enum: ['PRIORITY_MAX'] },
              },
              ['tag'],
            ),
          },
          ['collapse_key', 'priority', 'ttl'],
        ),
        apns: closed({
          headers: closed({
            'apns-collapse-id': { type: 'string', maxLength: 64 },
            'apns-expiration': { type: 'string', pattern: '^[0-9]+$' },
            'apns-priority': { enum: ['5', '10'] },
            'apns-push-type': { enum: ['alert', 'background'] },
          }),
          payload: closed({
            aps: closed({ sound: text, 'thread-id': text, 'content-available': { const: 1 } }, []),
          }),
        }),
      },
      ['token', 'data', 'android', 'apns'],
    ),
  }),
);

/** Listens on a free port of this machine. */
async function listen(handle) {
  const server = createServer((request, response) => {
    handle(request, response).catch((error) => {
      server.mistakes.push(error);
      response.writeHead(500).end();
    });
  });
  server.mistakes = [];
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

/** A refusal in Firebase's form. */
export function fcmError(status, code, errorCode = code) {
  const kind = 'type.googleapis.com/google.firebase.fcm.v1.FcmError';
  const details = errorCode ? [{ '@type': kind, errorCode }] : [];
  return { status, body: { error: { code: status, message: 'as asked', status: code, details } } };
}

/** Registers a device; gives its token. */
export async function registerPhone(person, token = `phone-${randomUUID()}`) {
  const { kind } = await person.api('POST', '/devices', { kind: 'fcm', token });
  assert.equal(kind, 'fcm');
  return token;
}

/** The newest entry of the log that says this; waits for it. */
export async function logged(person, state, reason) {
  let found;
  await eventually(async () => {
    const { data } = await person.api('GET', '/push/log');
    found = data.find((entry) => entry.state === state && entry.reason === reason);
    return found;
  }, `a push that was ${state} for ${reason}`);
  return found;
}

/** Firebase with its tokens, for one project. */
export class FakeFcm {
  static async start() {
    const fcm = new FakeFcm();
    fcm.server = await listen((request, response) => fcm.handle(request, response));
    fcm.url = `http://127.0.0.1:${fcm.server.address().port}`;
    return fcm;
  }

  constructor() {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    this.publicKey = publicKey;
    this.pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
    /** What was taken, in order: the messages themselves. */
    this.taken = [];
    /** Every request to send, refused ones too: `{ message, at }`. */
    this.asked = [];
    this.tokens = 0;
    /** By registration token: answers that are given before messages are taken. */
    this.answers = new Map();
    /** Called with each message before it is answered. */
    this.onMessage = async () => {};
  }

  /** The service account's file. */
  async account(path) {
    const account = {
      type: 'service_account',
      project_id: PROJECT,
      private_key_id: 'key-1',
      private_key: this.pem,
      client_email: EMAIL,
      token_uri: `${this.url}/oauth/token`,
    };
    await writeFile(path, JSON.stringify(account));
    return path;
  }

  /** Variables for a server that pushes here. */
  get env() {
    return {
      FIREBASE_PROJECT_ID: PROJECT,
      FIREBASE_CLIENT_EMAIL: EMAIL,
      FIREBASE_PRIVATE_KEY: this.pem.replaceAll('\n', '\\n'),
      FCM_BASE_URL: this.url,
    };
  }

  /** Answers the next requests for this device so. */
  answer(token, ...answers) {
    this.answers.set(token, [...(this.answers.get(token) ?? []), ...answers]);
  }

  /** The messages taken for a device. */
  for(token) {
    return this.taken.filter((message) => message.token === token);
  }

  /** Waits until so many messages were taken for a device; gives them. */
  async took(token, count = 1) {
    await eventually(() => this.for(token).length >= count, `${count} messages for ${token}`);
    assert.equal(this.for(token).length, count);
    return this.for(token);
  }

  /** No access token that was given is good any more. */
  expireTokens() {
    this.oldest = this.tokens + 1;
  }

  async close() {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    assert.deepEqual(this.server.mistakes, []);
  }

  async handle(request, response) {
    const body = (await buffer(request)).toString();
    const answer = request.url.endsWith('/token')
      ? this.grant(request, body)
      : await this.send(request, body);
    const { status, headers = {}, body: told } = answer;
    if (status === 'cut') return response.destroy();
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(told));
  }

  grant(request, body) {
    assert.equal(request.method, 'POST');
    assert.equal(request.headers['content-type'], 'application/x-www-form-urlencoded');
    const form = new URLSearchParams(body);
    assert.deepEqual([...form.keys()].sort(), ['assertion', 'grant_type']);
    assert.equal(form.get('grant_type'), GRANT);
    const [head, claims, signature] = form.get('assertion').split('.');
    const check = createVerify('RSA-SHA256').update(`${head}.${claims}`);
    assert.ok(check.verify(this.publicKey, signature, 'base64url'), 'the signature is good');
    const read = (part) => JSON.parse(Buffer.from(part, 'base64url'));
    const { alg, typ, kid } = read(head);
    assert.deepEqual([alg, typ], ['RS256', 'JWT']);
    const { iss, scope, aud, iat, exp, ...others } = read(claims);
    assert.deepEqual(others, {});
    assert.deepEqual([iss, scope], [EMAIL, SCOPE]);
    assert.equal(aud, `${this.url}${request.url}`);
    if (request.url.startsWith('/oauth')) assert.equal(kid, 'key-1');
    assert.ok(Math.abs(iat - Date.now() / 1000) < 60 && exp > iat && exp - iat <= 3600);
    this.tokens += 1;
    const access_token = `access-${this.tokens}`;
    return { status: 200, body: { access_token, expires_in: 3599, token_type: 'Bearer' } };
  }

  async send(request, body) {
    assert.equal(request.method, 'POST');
    assert.equal(request.url, `/v1/projects/${PROJECT}/messages:send`);
    assert.equal(request.headers['content-type'], 'application/json');
    const token = /^Bearer access-(\d+)$/.exec(request.headers.authorization);
    assert.ok(token && Number(token[1]) <= this.tokens, request.headers.authorization);
    const told = JSON.parse(body);
    assert.ok(isMessage(told), JSON.stringify(isMessage.errors));
    const { message } = told;
    if (Number(token[1]) < (this.oldest ?? 0)) return fcmError(401, 'UNAUTHENTICATED', null);
    this.asked.push({ message, at: Date.now() });
    await this.onMessage(message);
    const answer = this.answers.get(message.token)?.shift();
    if (answer) return answer;
    this.taken.push(message);
    return { status: 200, body: { name: `projects/${PROJECT}/messages/${this.taken.length}` } };
  }
}

/** A browser's push service with one subscription. */
export class FakePushService {
  static async start() {
    const service = new FakePushService();
    service.server = await listen((request, response) => service.handle(request, response));
    service.origin = `http://127.0.0.1:${service.server.address().port}`;
    return service;
  }

  constructor() {
    this.taken = [];
    this.answers = [];
  }

  /** A browser that subscribes with the server's key. */
  subscribe(vapidKey) {
    const browser = createECDH('prime256v1');
    browser.generateKeys();
    const path = `/push/${randomBytes(8).toString('hex')}`;
    const auth = randomBytes(16);
    const keys = { p256dh: browser.getPublicKey('base64url'), auth: auth.toString('base64url') };
    this.browsers = { ...this.browsers, [path]: { browser, auth, vapidKey } };
    return { endpoint: `${this.origin}${path}`, expirationTime: null, keys };
  }

  async took(count) {
    await eventually(() => this.taken.length >= count, `${count} messages for browsers`);
    return this.taken;
  }

  async close() {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    assert.deepEqual(this.server.mistakes, []);
  }

  async handle(request, response) {
    const body = await buffer(request);
    const known = this.browsers[request.url];
    assert.ok(known, request.url);
    assert.equal(request.method, 'POST');
    assert.equal(request.headers['content-encoding'], 'aes128gcm');
    assert.ok(body.length <= 4096);
    const [, token, key] = /^vapid t=([\w.-]+), k=([\w-]+)$/.exec(request.headers.authorization);
    assert.equal(key, known.vapidKey);
    this.checkToken(token, key);
    // By an implementation that is not ours.
    const privateKey = known.browser;
    const plain = ece.decrypt(body, { version: 'aes128gcm', privateKey, authSecret: known.auth });
    const { ttl, urgency, topic } = request.headers;
    assert.match(topic, /^[\w-]{1,32}$/);
    const answer = this.answers.shift() ?? { status: 201 };
    if (answer.status === 201) {
      const told = JSON.parse(plain.toString());
      this.taken.push({ told, ttl: Number(ttl), urgency, topic, path: request.url });
    }
    response.writeHead(answer.status, answer.headers ?? {}).end();
  }

  checkToken(token, key) {
    const [head, claims, signature] = token.split('.');
    const point = Buffer.from(key, 'base64url');
    const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((n) => n.toString('base64url'));
    const jwk = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
    const signed = Buffer.from(`${head}.${claims}`);
    const good = { key: jwk, dsaEncoding: 'ieee-p1363' };
    assert.ok(verify('sha256', signed, good, Buffer.from(signature, 'base64url')));
    const read = (part) => JSON.parse(Buffer.from(part, 'base64url'));
    assert.deepEqual(read(head), { typ: 'JWT', alg: 'ES256' });
    const { aud, exp, sub } = read(claims);
    assert.equal(aud, this.origin);
    assert.match(sub, /^(mailto:|https:)/);
    const hours = (exp - Date.now() / 1000) / 3600;
    assert.ok(hours > 0 && hours <= 24, `${hours} h`);
  }
}
