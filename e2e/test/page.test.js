/** The page in Chromium: two people find each other and talk. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { openPage, startBrowser } from '../lib/browser.js';
import { DESKTOP, openAs, PHONE, row, signIn, signOut } from '../lib/chat-page.js';
import { PASSWORD, register } from '../lib/person.js';
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

test('somebody new makes an account, finds a friend and they talk', async () => {
  const ben = await register(server, 'Benjamin');
  const bens = await openPage(browser, server.url, { viewport: DESKTOP });
  await signIn(bens.page, ben.username);
  await bens.page.getByText('No conversations yet').waitFor();

  const { page, mistakes } = await openPage(browser, server.url, { viewport: DESKTOP });
  await page.getByRole('button', { name: 'I am new here' }).click();
  await page.getByLabel('User name').fill('newcomer');
  await page.getByLabel('E-mail').fill('newcomer@example.org');
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Make an account' }).click();
  await page.getByRole('searchbox', { name: 'Search people and messages' }).fill(ben.username);
  const people = page.getByRole('region', { name: 'People' });
  await people.getByRole('button', { name: /^Benjamin/ }).click();
  await page.getByRole('heading', { name: 'Benjamin' }).waitFor();

  // Ben's page shows it as unread, until he opens it; then the sender sees that he has read it.
  await page.getByRole('textbox', { name: /^Message/ }).fill('Hello <b>Ben</b>');
  await page.keyboard.press('Enter');
  await page.getByRole('log').getByText('Hello <b>Ben</b>').waitFor();
  const unread = row(bens.page, /newcomer.*Hello <b>Ben<\/b>.*1 unread/);
  await unread.waitFor();
  assert.equal(await bens.page.title(), '(1) Salala');
  await unread.click();
  await bens.page.getByRole('log').getByText('Hello <b>Ben</b>').waitFor();
  await bens.page.waitForFunction(() => document.title === 'Salala');

  // Typing shows in the list, and goes with the message.
  await bens.page.getByRole('textbox', { name: /^Message/ }).pressSequentially('Hi');
  await row(page, /Benjamin.*is typing…/).waitFor();
  await bens.page.keyboard.press('Enter');
  await page.getByRole('log').getByText('Hi', { exact: true }).waitFor();
  await row(page, /^((?!is typing).)*$/).waitFor();

  // A reload stays signed in, in the same conversation.
  await page.reload();
  await page.getByRole('log').getByText('Hi', { exact: true }).waitFor();

  // Presence follows the other's page.
  await row(page, /Benjamin.*online/).waitFor();
  await signOut(bens.page);
  await row(page, /^((?!online).)*$/).waitFor();
  assert.deepEqual([...mistakes, ...bens.mistakes], []);
});

test('the page comes back by itself after the server was away, and says so meanwhile', async () => {
  const { ann, ben } = { ann: await register(server, 'ann'), ben: await register(server, 'ben') };
  await ann.send(await ann.direct(ben), 'before');
  const { page } = await openAs(browser, ann);
  await row(page, 'ben').click();
  await page.getByRole('log').getByText('before').waitFor();
  await server.stop();
  await page.getByText('Reconnecting…').first().waitFor();
  await server.start();
  await page.getByText('Reconnecting…').first().waitFor({ state: 'hidden' });
  await ben.send(await ben.direct(ann), 'after');
  await page.getByRole('log').getByText('after').waitFor();
});

test('on a phone one sees the list or the conversation, and the back key goes between', async () => {
  const { ann, ben } = { ann: await register(server, 'ann'), ben: await register(server, 'ben') };
  await ann.send(await ann.direct(ben), 'hello');
  const { page } = await openAs(browser, ann, { viewport: PHONE });
  const ours = row(page, 'ben');
  await ours.click();
  await page.getByRole('log').getByText('hello').waitFor();
  assert.equal(await ours.isVisible(), false);
  await page.goBack();
  await ours.waitFor();
  await ours.click();
  await page.getByRole('button', { name: 'Back to conversations' }).click();
  await ours.waitFor();
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.equal(width, PHONE.width);
});

test('a second tab renews its tokens in its turn, and both stay signed in', async () => {
  const ann = await register(server, 'ann');
  const { page, mistakes } = await openAs(browser, ann);
  const tabs = await Promise.all(
    [1, 2, 3].map(async () => {
      const tab = await page.context().newPage();
      await tab.goto(server.url);
      await tab.getByText('No conversations yet').waitFor();
      return tab;
    }),
  );
  await page.reload();
  for (const tab of [page, ...tabs]) {
    await tab.getByText('No conversations yet').waitFor();
    await tab.getByText('Reconnecting…').waitFor({ state: 'hidden' });
  }
  assert.deepEqual(mistakes, []);
});

test('what is wrong with a sign-in or an account is said where it is wrong', async () => {
  const ann = await register(server, 'ann');
  const { page } = await openPage(browser, server.url);
  await signIn(page, ann.username, 'not the password');
  await page.getByText('This name and password do not belong together.').waitFor();
  await page.getByRole('button', { name: 'I am new here' }).click();
  await page.getByLabel('User name').fill('not allowed!');
  await page.getByLabel('E-mail').fill('nothing');
  await page.getByLabel('Password', { exact: true }).fill('short');
  await page.getByRole('button', { name: 'Make an account' }).click();
  const said = async (label) => {
    const field = page.getByLabel(label, { exact: true });
    await page.waitForFunction(
      (it) => it.getAttribute('aria-invalid') === 'true',
      await field.elementHandle(),
    );
    const id = await field.getAttribute('aria-describedby');
    return page.locator(`[id="${id}"]`).textContent();
  };
  assert.equal(await said('User name'), 'Letters A to Z, digits and _ . - only.');
  assert.equal(await said('E-mail'), 'This is no e-mail address.');
  assert.equal(await said('Password'), 'At least 8 characters.');
  await page.getByLabel('User name').fill(ann.username);
  await page.getByLabel('E-mail').fill('another@example.org');
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Make an account' }).click();
  await page.getByText('This user name or e-mail address is taken.').waitFor();
  assert.equal(await page.getByLabel('E-mail').inputValue(), 'another@example.org');
});
