/** The credentials that the server gives for a relay, held against coturn by Chromium. */

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';

import { openPage, startBrowser } from '../lib/browser.js';
import { register } from '../lib/person.js';
import { startServer } from '../lib/server.js';
import { startRelay, talkThrough } from '../lib/turn.js';

const TURN_SECRET = 'a secret of the relay and the server';

let relay;
let server;
let browser;
before(async () => {
  relay = await startRelay(TURN_SECRET);
  const TURN_URLS = `turn:127.0.0.1:${relay.port}?transport=udp`;
  server = await startServer({ env: { TURN_URLS, TURN_SECRET } });
  browser = await startBrowser('--allow-loopback-in-peer-connection');
});
after(async () => {
  await browser?.close();
  await server?.remove();
  await relay?.remove();
});

test('two browsers talk through the relay with the servers that they were given', async () => {
  const ann = await register(server, 'ann');
  const { page } = await openPage(browser, server.url);
  const { iceServers } = await ann.api('GET', '/calls/ice-servers');
  assert.equal(await talkThrough(page, iceServers), 'hello');
});

test('the relay refuses credentials of another secret, of another name and of the past', async () => {
  const ann = await register(server, 'ann');
  const { page } = await openPage(browser, server.url);
  const [given] = (await ann.api('GET', '/calls/ice-servers')).iceServers;
  const [expiry, userId] = given.username.split(':');
  const password = (secret, name) => createHmac('sha1', secret).update(name).digest('base64');
  const past = `${Math.floor(Date.now() / 1000) - 60}:${userId}`;
  for (const [username, credential] of [
    [given.username, password('another secret', given.username)],
    [`${Number(expiry) + 1}:${userId}`, given.credential],
    [past, password(TURN_SECRET, past)],
  ]) {
    const forged = { ...given, username, credential };
    assert.equal(await talkThrough(page, [forged]), 'refused with 401', username);
  }
});
