/** A user of the server under test: an account, its HTTP requests and its devices. */

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';

import { Device } from './device.js';
import { JWT_SECRET } from './server.js';

export const PASSWORD = 'correct horse battery staple';

let made = 0;

/**
 * Registers an account and gives its user.
 *
 * @param {{ url: string }} server
 * @param {string} [name] a word to recognise them by
 */
export async function register(server, name = 'person') {
  made += 1;
  const username = `${name}-${process.pid}-${made}`;
  const email = `${username}@example.org`;
  const body = { username, email, password: PASSWORD, displayName: name };
  const answer = await request(server, 'POST', '/auth/register', { body });
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  return new Person(server, answer.body, email);
}

/** Registers several at once, named by their keys. */
export async function registerAll(server, ...names) {
  const people = await Promise.all(names.map((name) => register(server, name)));
  return Object.fromEntries(names.map((name, index) => [name, people[index]]));
}

/**
 * Makes one HTTP request of the API.
 *
 * @returns {Promise<{ status: number, headers: Headers, body: any }>}
 */
export async function request(server, method, path, { token, body, headers = {} } = {}) {
  const answer = await fetch(`${server.url}/api/v1${path}`, {
    method,
    headers: {
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text ? JSON.parse(text) : null };
}

/** Signs claims as an issuer that shares the server's secret would. */
export function signToken(claims, { secret = JWT_SECRET, algorithm = 'HS256' } = {}) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: algorithm, typ: 'JWT' })}.${part(claims)}`;
  if (algorithm === 'none') return `${signed}.`;
  const digest = algorithm === 'HS256' ? 'sha256' : 'sha512';
  return `${signed}.${createHmac(digest, secret).update(signed).digest('base64url')}`;
}

class Person {
  constructor(server, signedIn, email) {
    Object.assign(this, { server, email, devices: [] });
    this.id = signedIn.user.id;
    this.username = signedIn.user.username;
    this.token = signedIn.accessToken;
    this.refreshToken = signedIn.refreshToken;
  }

  /** A request that may be refused. */
  try(method, path, body) {
    return request(this.server, method, path, { token: this.token, body });
  }

  /** A request that must not be refused; gives the body. */
  async api(method, path, body) {
    const answer = await this.try(method, path, body);
    assert.ok(answer.status < 300, `${method} ${path}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /** Signs in once more: another session of the same user. */
  async signIn(password = PASSWORD) {
    const body = { email: this.email, password };
    const answer = await request(this.server, 'POST', '/auth/login', { body });
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    return answer.body;
  }

  /** A device that is connected and has its `connect` behind it. */
  async connect(options = {}) {
    const device = this.dial(options);
    await device.connected();
    return device;
  }

  /** A device that is connecting. */
  dial({ url = this.server.url, ...options } = {}) {
    const device = new Device(url, { auth: { token: this.token }, ...options }, this);
    this.devices.push(device);
    return device;
  }

  /** The conversation with another user, made if there is none. */
  async direct(other) {
    const conversation = await this.api('POST', '/conversations/direct', { userId: other.id });
    return conversation.id;
  }

  /** A new group with others. */
  async group(name, ...others) {
    const participantIds = others.map((other) => other.id);
    const group = await this.api('POST', '/conversations/groups', { name, participantIds });
    return group.id;
  }

  /** A message over HTTP. */
  send(conversationId, content, more = {}) {
    return this.api('POST', `/conversations/${conversationId}/messages`, { content, ...more });
  }

  /** An upload that may be refused. */
  async tryUpload(name, bytes, fields = {}) {
    const form = new FormData();
    for (const [field, value] of Object.entries(fields)) form.append(field, value);
    form.append('file', new Blob([bytes], { type: 'text/html' }), name);
    const answer = await fetch(`${this.server.url}/api/v1/uploads`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.token}` },
      body: form,
    });
    return { status: answer.status, headers: answer.headers, body: await answer.json() };
  }

  /** An upload; gives `{ fileUrl, file }`. */
  async upload(name, bytes, fields) {
    const { status, body } = await this.tryUpload(name, bytes, fields);
    assert.equal(status, 201, JSON.stringify(body));
    return body;
  }

  /** A file by its path, as this user. */
  fetchFile(path, headers = {}) {
    const url = new URL(path, this.server.url);
    return fetch(url, { headers: { authorization: `Bearer ${this.token}`, ...headers } });
  }

  /** The whole history of a conversation, oldest first. */
  async history(conversationId) {
    const messages = [];
    let cursor = '';
    do {
      const path = `/conversations/${conversationId}/messages?limit=100${cursor}`;
      const page = await this.api('GET', path);
      messages.push(...page.data);
      cursor = page.nextCursor && `&cursor=${encodeURIComponent(page.nextCursor)}`;
    } while (cursor);
    return messages.reverse();
  }

  /** Makes friends of the two. */
  async befriend(other) {
    const asked = await this.api('POST', '/friend-requests', { receiverId: other.id });
    return other.api('POST', `/friend-requests/${asked.id}/accept`);
  }

  /** Ends all devices. */
  leave() {
    for (const device of this.devices) device.close();
  }
}
