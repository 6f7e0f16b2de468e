/** The page in Chromium for everybody: by keyboard alone, by screen readers, in both themes, and on a phone. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { openPage, startBrowser } from '../lib/browser.js';
import { DESKTOP, findBarriers, openAs, PHONE, row } from '../lib/chat-page.js';
import { eventually } from '../lib/eventually.js';
import { register, registerAll } from '../lib/person.js';
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

/** Somebody with friends, a request, a group, and unread messages. */
async function makeWorld() {
  const people = await registerAll(server, 'Ann', 'Ben', 'Cal', 'Dan');
  const { Ann, Ben, Cal, Dan } = people;
  await Ann.befriend(Ben);
  await Dan.api('POST', '/friend-requests', { receiverId: Ann.id });
  await Ann.api('PUT', `/blocks/${Cal.id}`);
  const group = await Ann.group('Hikers', Ben, Dan);
  await Ben.send(group, 'Who brings the thermos?');
  await Ben.send(await Ann.direct(Ben), 'Hello Ann');
  return { ...people, group };
}

/** Opens a view and waits until all of it is there. */
const VIEWS = [
  ['the list', '/', (page) => row(page, 'Hikers').waitFor()],
  [
    'a conversation',
    (group) => `/?conversation=${group}`,
    (page) => page.getByRole('log').getByText('thermos').waitFor(),
  ],
  ['friends', '/?view=people', (page) => page.getByRole('list', { name: 'Friends' }).waitFor()],
  [
    'requests',
    '/?view=people',
    async (page) => {
      await page.getByRole('tab', { name: 'Requests' }).click();
      await page.getByRole('button', { name: 'Accept Dan' }).waitFor();
    },
  ],
  [
    'blocked people',
    '/?view=people',
    async (page) => {
      await page.getByRole('tab', { name: 'Blocked' }).click();
      await page.getByRole('button', { name: 'Unblock Cal' }).waitFor();
    },
  ],
  [
    'search',
    '/',
    async (page) => {
      await page.getByRole('searchbox').fill('thermos');
      await page.getByRole('region', { name: 'Messages' }).waitFor();
    },
  ],
  [
    'the quick switcher',
    '/',
    async (page) => {
      await row(page, 'Hikers').waitFor();
      await page.keyboard.press('Control+k');
      await page.getByRole('option').first().waitFor();
    },
  ],
  [
    'a new group',
    '/',
    async (page) => {
      await page.getByRole('button', { name: 'New conversation or group' }).click();
      await page.getByRole('menuitem', { name: 'New group' }).click();
      await page.getByRole('checkbox', { name: /Ben/ }).click();
    },
  ],
  [
    'a group',
    '/',
    async (page) => {
      await row(page, 'Hikers').click({ button: 'right' });
      await page.getByRole('menuitem', { name: 'About the group' }).click();
      await page.getByRole('list', { name: 'Members' }).waitFor();
    },
  ],
  ...['profile', 'appearance', 'notifications', 'sessions', 'account', 'about'].map((section) => [
    `the settings' ${section}`,
    `/?view=settings&section=${section}`,
    (page) => page.getByRole('heading', { level: 2 }).waitFor(),
  ]),
];

for (const [look, options] of [
  ['light', { colorScheme: 'light' }],
  ['dark', { colorScheme: 'dark' }],
  ['a phone', { viewport: PHONE }],
]) {
  test(`no view has a serious barrier: ${look}`, async () => {
    const { Ann, group } = await makeWorld();
    const found = [];
    const welcome = await openPage(browser, server.url, { ...options, reducedMotion: 'reduce' });
    await welcome.page.getByRole('button', { name: 'I am new here' }).click();
    await welcome.page.getByRole('button', { name: 'Make an account' }).waitFor();
    found.push(...(await findBarriers(welcome.page)));
    const { page, mistakes } = await openAs(browser, Ann, { ...options, reducedMotion: 'reduce' });
    for (const [name, path, show] of VIEWS) {
      await page.goto(server.url + (typeof path === 'string' ? path : path(group)));
      await show(page);
      found.push(...(await findBarriers(page)).map((barrier) => `${name}: ${barrier}`));
      const { scrollWidth, clientWidth } = await page.evaluate(() => document.documentElement);
      assert.equal(scrollWidth, clientWidth, `${name} is wider than the page`);
    }
    assert.deepEqual(found, []);
    assert.deepEqual(mistakes, []);
  });
}

test('without a mouse one jumps, walks through the list, acts on a conversation, and goes back', async () => {
  const { Ann } = await makeWorld();
  const { page, mistakes } = await openAs(browser, Ann);
  await row(page, 'Hikers').waitFor();
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').waitFor();
  await page.keyboard.type('hik');
  await page.getByRole('option', { name: /Hikers/, selected: true }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('log').getByText('thermos').waitFor();
  await page.keyboard.press('Alt+ArrowUp');
  await page.getByRole('heading', { name: 'Ben' }).waitFor();

  await row(page, 'Ben').focus();
  await page.keyboard.press('ArrowDown');
  await page.waitForFunction(() => document.activeElement?.textContent.includes('Hikers'));
  const ring = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  assert.equal(ring, 'solid');
  await page.keyboard.press('Shift+F10');
  await page.getByRole('menuitem', { name: 'Pin to the top' }).waitFor();
  await page.keyboard.press('Enter');
  await row(page, /Hikers.*pinned/).waitFor();

  await row(page, 'Hikers').focus();
  await page.keyboard.press('Escape');
  await page.getByText('Choose a conversation').waitFor();
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  assert.deepEqual(mistakes, []);
});

test('a new message is told to screen readers wherever one is', async () => {
  const { Ann, Ben } = await registerAll(server, 'Ann', 'Ben');
  const conversationId = await Ann.direct(Ben);
  const { page } = await openAs(browser, Ann, { path: '/?view=settings&section=about' });
  await page.getByText('Connected, all is up to date').waitFor();
  await Ben.send(conversationId, 'Listen');
  await page.locator('[aria-live="polite"]').getByText('Ben: Listen').first().waitFor();
});

test('a list of many conversations is walked to its end', async () => {
  const ann = await register(server, 'Ann');
  const ben = await register(server, 'Ben');
  for (let made = 1; made <= 120; made += 1) await ann.group(`Group ${made}`, ben);
  const { page, mistakes } = await openAs(browser, ann, { viewport: DESKTOP });
  await row(page, 'Group 120').waitFor();
  const drawn = await page.locator('[data-index]').count();
  assert.ok(drawn < 60, `${drawn} rows are drawn`);
  await row(page, 'Group 120').focus();
  await eventually(async () => {
    await page.keyboard.press('End');
    return row(page, /Group 1\b/).isVisible();
  }, 'the last row');
  assert.deepEqual(mistakes, []);
});
