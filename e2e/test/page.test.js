/** The first page in Chromium: two people find each other and talk. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { openPage, startBrowser } from '../lib/browser.js';
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

async function signIn(page, login) {
  await page.getByLabel('E-mail or user name').fill(login);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
}

test('somebody new makes an account, finds a friend and they talk', async () => {
  const ben = await register(server, 'Benjamin');
  const bens = await openPage(browser, server.url);
  await signIn(bens.page, ben.username);

  const { page, mistakes } = await openPage(browser, server.url);
  await page.getByRole('button', { name: 'I am new here' }).click();
  await page.getByLabel('User name').fill('newcomer');
  await page.getByLabel('E-mail').fill('newcomer@example.org');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Make an account' }).click();
  await page.getByLabel('Find people').fill(ben.username);
  await page.getByLabel('People found').getByRole('button').click();
  await page.getByRole('heading', { name: 'Benjamin' }).waitFor();

  // Ben's page shows it as unread, until he opens it; then the sender sees that he has read it.
  await page.getByLabel('Message', { exact: true }).fill('Hello <b>Ben</b>');
  await page.keyboard.press('Enter');
  await page.getByRole('log').getByText('Sent', { exact: true }).waitFor();
  const row = bens.page.getByRole('navigation').getByRole('button', { name: /newcomer.*1 unread/ });
  await row.waitFor();
  assert.equal(await bens.page.title(), '(1) Salala');
  await row.click();
  await bens.page.getByRole('log').getByText('Hello <b>Ben</b>').waitFor();
  await page.getByRole('log').getByText('Read', { exact: true }).waitFor();

  // Typing shows, and goes with the message.
  await bens.page.getByLabel('Message', { exact: true }).pressSequentially('Hi');
  await page.getByText('Benjamin is typing…').waitFor();
  await bens.page.getByRole('button', { name: 'Send' }).click();
  await page.getByRole('log').getByText('Hi', { exact: true }).waitFor();
  assert.equal(await page.getByText('is typing…').count(), 0);

  // A reload stays signed in, in the same conversation.
  await page.reload();
  await page.getByRole('log').getByText('Hi', { exact: true }).waitFor();

  // Presence follows the other's page.
  await page.getByText('online', { exact: true }).waitFor();
  await bens.page.getByRole('button', { name: 'Sign out' }).click();
  await bens.page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.getByText(/^last seen/).waitFor();

  assert.deepEqual([...mistakes, ...bens.mistakes], []);
});

test('the page comes back by itself after the server was away', async () => {
  const { ann, ben } = { ann: await register(server, 'ann'), ben: await register(server, 'ben') };
  await ann.send(await ann.direct(ben), 'before');
  const { page } = await openPage(browser, server.url);
  await signIn(page, ann.username);
  await page.getByRole('navigation').getByRole('button').first().click();
  await page.getByRole('log').getByText('before').waitFor();
  await server.stop();
  await page.getByText('Connecting…').waitFor();
  await server.start();
  await page.getByText('Connecting…').waitFor({ state: 'hidden' });
  await ben.send(await ben.direct(ann), 'after');
  await page.getByRole('log').getByText('after').waitFor();
});

test('on a phone one sees the list or the conversation, and the back key goes between', async () => {
  const { ann, ben } = { ann: await register(server, 'ann'), ben: await register(server, 'ben') };
  await ann.send(await ann.direct(ben), 'hello');
  const { page } = await openPage(browser, server.url, { viewport: { width: 390, height: 844 } });
  await signIn(page, ann.username);
  const row = page.getByRole('navigation').getByRole('button').first();
  await row.click();
  await page.getByRole('log').getByText('hello').waitFor();
  assert.equal(await row.isVisible(), false);
  await page.goBack();
  await row.waitFor();
  await row.click();
  await page.getByRole('button', { name: 'Back to conversations' }).click();
  await row.waitFor();
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.equal(width, 390);
});
