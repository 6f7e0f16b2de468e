/** The page's settings in Chromium: profile, looks, language, sessions, password, data, and the account's end. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';

import { startBrowser } from '../lib/browser.js';
import { openAs, row, signIn } from '../lib/chat-page.js';
import { PASSWORD, register, registerAll } from '../lib/person.js';
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

const open = (person, section) =>
  openAs(browser, person, { path: `/?view=settings&section=${section}` });

test('a profile is changed, kept, and what does not fit is said at its field', async () => {
  const { Ann, Ben } = await registerAll(server, 'Ann', 'Ben');
  const { page } = await open(Ann, 'profile');
  await page.getByLabel('Your name').fill('Ann the First');
  await page.getByLabel('About you').fill('Climbs.');
  await page.getByLabel('Picture').fill('javascript:alert(1)');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('An address that begins with http:// or https://.').waitFor();
  assert.equal(await page.getByLabel('About you').inputValue(), 'Climbs.');
  await page.getByLabel('Picture').fill('');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved').waitFor();
  const seen = await Ben.api('GET', `/users/${Ann.id}`);
  assert.deepEqual([seen.displayName, seen.bio, seen.avatar], ['Ann the First', 'Climbs.', null]);
  await page.reload();
  await page.getByRole('button', { name: 'Account of Ann the First' }).waitFor();
});

test('theme and language are chosen, and kept over a reload', async () => {
  const Ann = await register(server, 'Ann');
  const { page, mistakes } = await open(Ann, 'appearance');
  const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
  assert.equal(await theme(), 'light');
  await page.getByRole('radio', { name: 'Dark' }).click();
  assert.equal(await theme(), 'dark');
  await page.getByRole('radio', { name: 'Tiếng Việt' }).click();
  await page.getByRole('heading', { name: 'Giao diện và ngôn ngữ' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Giao diện và ngôn ngữ' }).waitFor();
  assert.equal(await theme(), 'dark');
  assert.equal(await page.getAttribute('html', 'lang'), 'vi');
  assert.deepEqual(mistakes, []);
});

test('a session is ended from another device, and that page says that it was', async () => {
  const Ann = await register(server, 'Ann');
  const phone = await openAs(browser, Ann, { userAgent: 'Mozilla/5.0 (iPhone) Safari/604.1' });
  await phone.page.getByText('No conversations yet').waitFor();
  const { page } = await open(Ann, 'sessions');
  await page.getByRole('button', { name: 'Sign out Safari · iPhone' }).click();
  await phone.page.getByText('You were signed out. Sign in to go on.').waitFor();
  await page.getByText('Safari · iPhone').waitFor({ state: 'detached' });
  await page.getByText('This device').waitFor();
});

test('a password is changed only by who knows the one before', async () => {
  const Ann = await register(server, 'Ann');
  const { page } = await open(Ann, 'account');
  await page.getByLabel('Current password').fill('a guess');
  await page.getByLabel('New password').fill('another horse battery');
  await page.getByRole('button', { name: 'Change the password' }).click();
  await page.getByText('The current password is wrong.').waitFor();
  await page.getByLabel('Current password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Change the password' }).click();
  await page.getByText('The password is changed').waitFor();
  await Ann.signIn('another horse battery');
});

test('everything that is held can be taken along, and the account erased for good', async () => {
  const { Ann, Ben } = await registerAll(server, 'Ann', 'Ben');
  await Ann.send(await Ann.direct(Ben), 'to be forgotten');
  const { page } = await open(Ann, 'account');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download' }).click(),
  ]);
  const exported = JSON.parse(await readFile(await download.path(), 'utf8'));
  assert.equal(exported.messages[0].content, 'to be forgotten');
  assert.equal(download.suggestedFilename(), `salala-${Ann.username}.json`);

  await page.getByRole('button', { name: 'Delete the account' }).click();
  const erase = page.getByRole('button', { name: 'Delete for good' });
  assert.equal(await erase.isDisabled(), true);
  await page.getByLabel(`Type ${Ann.username} to go on`).fill(Ann.username);
  await erase.click();
  await page.getByRole('heading', { name: 'Welcome back' }).waitFor();
  assert.equal((await Ben.try('GET', `/users/${Ann.id}`)).status, 404);
  await signIn(page, Ann.username);
  await page.getByText('This name and password do not belong together.').waitFor();
});

test('a new message is heard, and a muted conversation is silent', async () => {
  const { Ann, Ben, Cal } = await registerAll(server, 'Ann', 'Ben', 'Cal');
  const [loud, muted] = [await Ann.direct(Ben), await Ann.direct(Cal)];
  await Ben.send(loud, 'first');
  await Cal.send(muted, 'first');
  const { page, mistakes } = await openAs(browser, Ann);
  await page.evaluate(() => {
    window.tones = 0;
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (...when) {
      window.tones += 1;
      return start.apply(this, when);
    };
  });
  await row(page, 'Cal').click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Mute' }).hover();
  await page.getByRole('menuitem', { name: 'For 8 hours' }).click();
  await row(page, /Cal.*muted/).waitFor();
  await Cal.send(muted, 'psst');
  await row(page, /Cal.*psst/).waitFor();
  assert.equal(await page.evaluate(() => window.tones), 0);
  await Ben.send(loud, 'hey');
  await page.waitForFunction(() => window.tones > 0);
  assert.deepEqual(mistakes, []);
});

test('a conversation is pinned, archived, and marked as unread, on all devices', async () => {
  const { Ann, Ben, Cal } = await registerAll(server, 'Ann', 'Ben', 'Cal');
  await Cal.send(await Ann.direct(Cal), 'older');
  await Ben.send(await Ann.direct(Ben), 'newer');
  const { page, mistakes } = await openAs(browser, Ann);
  const act = async (name, item) => {
    await row(page, name).click({ button: 'right' });
    await page.getByRole('menuitem', { name: item, exact: true }).click();
  };
  await act('Cal', 'Pin to the top');
  await row(page, /Cal.*pinned/).waitFor();
  await page.waitForFunction(() => {
    const [first] = document.querySelectorAll('[data-index="0"]');
    return first?.textContent.includes('Cal');
  });
  await act('Cal', 'Mark as read');
  await act('Cal', 'Mark as unread');
  await row(page, /Cal.*marked as unread/).waitFor();
  await act('Ben', 'Archive');
  await row(page, 'Ben').waitFor({ state: 'detached' });
  await page.reload();
  await page.getByRole('button', { name: 'Archive' }).click();
  await act('Ben', 'Move out of the archive');
  await page.getByText('Nothing is archived').waitFor();
  await page.getByRole('button', { name: 'Back to conversations' }).click();
  await row(page, 'Ben').waitFor();
  assert.deepEqual(mistakes, []);
});
