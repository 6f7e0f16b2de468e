/** The page in Chromium with what people may write to harm others, and with a server that is away. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { startBrowser } from '../lib/browser.js';
import { goTo, openAs, row } from '../lib/chat-page.js';
import { registerAll, request } from '../lib/person.js';
import { startServer } from '../lib/server.js';

let server;
let browser;
before(async () => {
  server = await startServer();
  browser = await startBrowser();
});
after(async () => {
  await browser.close();
  await server.remove();
});

/** What a server answers that cannot do it now. */
function refusal(code) {
  const problem = { type: 'about:blank', title: code, status: 503, detail: code, code };
  const body = JSON.stringify(problem);
  return { status: 503, contentType: 'application/problem+json', body };
}

/** Each tells of itself by `window.harmed`, if it is ever taken for markup or an address. */
const HARMFUL = [
  '<img src=x onerror="window.harmed=1">',
  '<script>window.harmed=1</script>',
  '"><svg onload=window.harmed=1>',
  '<iframe srcdoc="<script>parent.harmed=1</script>">',
  '<a href="javascript:window.harmed=1">x</a>',
  "';window.harmed=1;//",
  '{{constructor.constructor("window.harmed=1")()}}',
  '$t(auth.signIn)',
  '</title><script>window.harmed=1</script>',
  '[x](javascript:window.harmed=1)',
  'javascript:window.harmed=1',
  'https://example.org/"onmouseover="window.harmed=1',
];

test('nothing that a user writes is ever markup', async () => {
  const { Ann, Eve } = await registerAll(server, 'Ann', 'Eve');
  const group = await Eve.group('Harmless', Ann);
  const { page, mistakes } = await openAs(browser, Ann);
  const isHarmed = () => page.evaluate(() => Boolean(window.harmed));
  await row(page, 'Harmless').waitFor();
  for (const harmful of HARMFUL) {
    const displayName = harmful.slice(0, 80);
    await Eve.api('PATCH', '/users/me', { displayName, bio: harmful });
    await Eve.api('PATCH', `/conversations/${group}`, { name: harmful.slice(0, 100) });
    await Eve.send(group, harmful);
    await page.goto(`${server.url}/?conversation=${group}`);
    await page.getByRole('log').getByText(harmful, { exact: true }).first().waitFor();
    await page
      .getByRole('heading', { name: harmful.slice(0, 100) })
      .first()
      .waitFor();
    await goTo(page, 'People');
    await page.getByRole('searchbox').fill(Eve.username);
    const found = page.getByRole('list', { name: 'People found' });
    await found.getByText(displayName, { exact: true }).click();
    await page.getByRole('dialog').getByText(harmful, { exact: true }).first().waitFor();
    assert.equal(await isHarmed(), false, harmful);
  }
  // What the browser refused by its policy would be here too.
  assert.deepEqual(mistakes, []);
});

test('a picture that is no address of a picture is not loaded', async () => {
  const { Ann, Eve } = await registerAll(server, 'Ann', 'Eve');
  await Eve.send(await Eve.direct(Ann), 'hello');
  const refused = await Eve.try('PATCH', '/users/me', { avatar: 'javascript:alert(1)' });
  assert.equal(refused.status, 422);
  const { page } = await openAs(browser, Ann);
  await row(page, 'Eve').waitFor();
  assert.equal(await page.locator('img[src^="javascript"]').count(), 0);
});

test('a server that is away, busy or broken is told in words, and what was typed stays', async () => {
  const { Ann } = await registerAll(server, 'Ann');
  const { page } = await openAs(browser, Ann, { path: '/?view=settings&section=profile' });
  await page.getByLabel('About you').fill('Climbs.');
  for (const [code, words] of [
    [null, 'The server cannot be reached. Check your connection.'],
    ['busy', 'The server is busy. Try again in a moment.'],
    ['unavailable', 'The server cannot do this right now. Try again in a moment.'],
  ]) {
    await page.route('**/api/v1/users/me', (route) =>
      code === null ? route.abort() : route.fulfill(refusal(code)),
    );
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText(words).waitFor();
    await page.unroute('**/api/v1/users/me');
    assert.equal(await page.getByLabel('About you').inputValue(), 'Climbs.');
  }
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved').waitFor();
});

test('the page opens without the server, once it was there, and comes back with it', async () => {
  const { Ann, Ben } = await registerAll(server, 'Ann', 'Ben');
  await Ben.send(await Ann.direct(Ben), 'before');
  const { page } = await openAs(browser, Ann);
  await row(page, 'Ben').waitFor();
  await page.evaluate(() => navigator.serviceWorker.ready);
  const kept = await page.evaluate(async () => {
    const paths = [];
    for (const name of await caches.keys()) {
      for (const { url } of await (await caches.open(name)).keys())
        paths.push(new URL(url).pathname);
    }
    return paths;
  });
  assert.ok(kept.includes('/'), 'the page is kept');
  assert.deepEqual(
    kept.filter((path) => path.startsWith('/api')),
    [],
    'and nothing of the API',
  );
  await server.stop();
  await page.reload();
  await page.getByRole('heading', { name: 'Chats' }).waitFor();
  await server.start();
  await row(page, 'Ben').waitFor();
});

test('the page goes out compressed, kept where its name is its version, and to nobody by default', async () => {
  const page = await fetch(server.url, { headers: { 'accept-encoding': 'br' } });
  assert.equal(page.headers.get('content-encoding'), 'br');
  assert.equal(page.headers.get('cache-control'), 'no-cache');
  const policy = page.headers.get('content-security-policy');
  assert.match(policy, /script-src 'self'( 'sha256-[^']+')+;/);
  assert.match(policy, /frame-ancestors 'none'/);
  assert.match(page.headers.get('permissions-policy'), /camera=\(self\), microphone=\(self\)/);
  const html = await page.text();
  for (const [, path] of html.matchAll(/"(\/_next\/static\/[^"\\]+\.(?:js|css))"/g)) {
    const part = await fetch(server.url + path);
    assert.equal(part.status, 200, path);
    assert.match(part.headers.get('cache-control'), /immutable/);
    await part.arrayBuffer();
  }
  const missing = await request(server, 'GET', '/../../nothing-here');
  assert.equal(missing.status, 404);
});
