/** The page's people and groups in Chromium: friends, blocks, and a group's whole life. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { startBrowser } from '../lib/browser.js';
import { goTo, openAs, row } from '../lib/chat-page.js';
import { registerAll } from '../lib/person.js';
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

test('a friend is found, asked, and says yes; both see it at once', async () => {
  const { Ann, Ben } = await registerAll(server, 'Ann', 'Ben');
  const [{ page }, bens] = [await openAs(browser, Ann), await openAs(browser, Ben)];
  await goTo(page, 'People');
  await page.getByRole('searchbox', { name: 'Find people' }).fill(Ben.username);
  await page.getByRole('button', { name: 'Ask Ben to be friends' }).click();
  await page.getByText('Request sent').waitFor();

  await goTo(bens.page, /People.*1 friend request waits/);
  await bens.page.getByRole('tab', { name: 'Requests' }).click();
  await bens.page.getByRole('button', { name: 'Accept Ann' }).click();
  await bens.page.getByText('No requests').waitFor();
  await bens.page.getByRole('tab', { name: 'Friends' }).click();
  await bens.page
    .getByRole('list', { name: 'Friends' })
    .getByText('Ann', { exact: true })
    .waitFor();

  await page.getByText('Ben and you are friends now').waitFor();
  await page.getByRole('button', { name: 'Clear' }).click();
  await page.getByRole('list', { name: 'Friends' }).getByText('Ben', { exact: true }).waitFor();
  assert.deepEqual([...bens.mistakes], []);
});

test('a request can be taken back, and one that was declined is gone', async () => {
  const { Ann, Ben, Cal } = await registerAll(server, 'Ann', 'Ben', 'Cal');
  await Cal.api('POST', '/friend-requests', { receiverId: Ann.id });
  const { page, mistakes } = await openAs(browser, Ann, { path: '/?view=people' });
  await page.getByRole('searchbox', { name: 'Find people' }).fill(Ben.username);
  await page.getByRole('button', { name: 'Ask Ben to be friends' }).click();
  await page.getByText('Request sent').waitFor();
  await page.getByRole('button', { name: 'Clear' }).click();
  await page.getByRole('tab', { name: 'Requests' }).click();
  await page.getByRole('button', { name: 'Take the request back: Ben' }).click();
  await page.getByRole('button', { name: 'Decline Cal' }).click();
  await page.getByText('No requests').waitFor();
  assert.deepEqual((await Ben.api('GET', '/friend-requests')).data, []);
  assert.deepEqual(mistakes, []);
});

test('who is blocked is told so, cannot write, and can again after the block', async () => {
  const { Ann, Ben } = await registerAll(server, 'Ann', 'Ben');
  const conversationId = await Ann.direct(Ben);
  const device = await Ben.connect();
  const { page, mistakes } = await openAs(browser, Ann, { path: '/?view=people' });
  await row(page, 'Ben').waitFor({ state: 'detached' });
  await page.getByRole('searchbox', { name: 'Find people' }).fill(Ben.username);
  await page.getByRole('list', { name: 'People found' }).getByText('Ben', { exact: true }).click();
  await page.getByRole('dialog').getByText('online').first().waitFor();
  await page.getByRole('button', { name: 'Block' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Block' }).click();
  await page.getByText('You have blocked Ben.').waitFor();
  assert.equal(
    (await Ben.try('POST', `/conversations/${conversationId}/messages`, { content: 'x' })).status,
    403,
  );
  await page
    .getByRole('dialog')
    .getByText('online', { exact: true })
    .waitFor({ state: 'detached' });
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Clear' }).click();
  await page.getByRole('tab', { name: 'Blocked' }).click();
  await page.getByRole('button', { name: 'Unblock Ben' }).click();
  await page.getByText('Nobody is blocked').waitFor();
  await Ben.send(conversationId, 'I am back');
  await goTo(page, 'Chats');
  await row(page, /Ben.*I am back/).waitFor();
  device.close();
  assert.deepEqual(mistakes, []);
});

test('a group is made, renamed, joined, led by another, and left', async () => {
  const { Ann, Ben, Cal } = await registerAll(server, 'Ann', 'Ben', 'Cal');
  await Ann.befriend(Ben);
  await Ann.befriend(Cal);
  const [{ page, mistakes }, bens] = [await openAs(browser, Ann), await openAs(browser, Ben)];
  await page.getByRole('button', { name: 'New conversation or group' }).click();
  await page.getByRole('menuitem', { name: 'New group' }).click();
  await page.getByLabel('Name of the group').fill('Hikers');
  await page.getByRole('checkbox', { name: /Ben/ }).click();
  await page.getByRole('button', { name: 'Make the group' }).click();
  await page.getByRole('heading', { name: 'Hikers' }).waitFor();
  await row(bens.page, 'Hikers').waitFor();
  await bens.page.getByText('You are in the group “Hikers” now').waitFor();

  await openDetails(page, 'Hikers');
  await page.getByRole('button', { name: 'Rename the group' }).click();
  await page.getByLabel('Name of the group').fill('Early hikers');
  await page.getByRole('button', { name: 'Save' }).click();
  await row(bens.page, 'Early hikers').waitFor();

  await page.getByRole('button', { name: 'Add people' }).click();
  await page.getByRole('checkbox', { name: /Cal/ }).click();
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('list', { name: 'Members' }).getByText('Cal', { exact: true }).waitFor();

  const act = async (name, item) => {
    await page
      .getByRole('button', { name: `Actions for ${name}` })
      .last()
      .click();
    await page.getByRole('menuitem', { name: item }).click();
  };
  await act('Cal', 'Remove from the group');
  await page
    .getByRole('alertdialog')
    .getByRole('button', { name: 'Remove from the group' })
    .click();
  await page
    .getByRole('list', { name: 'Members' })
    .getByText('Cal', { exact: true })
    .waitFor({ state: 'detached' });
  await act('Ben', 'Make an admin');
  await page.getByRole('list', { name: 'Members' }).getByText('Admin').waitFor();

  await page.getByRole('button', { name: 'Leave the group' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Leave the group' }).click();
  await page.getByText('Choose a conversation').waitFor();
  await row(page, 'Early hikers').waitFor({ state: 'detached' });
  await openDetails(bens.page, 'Early hikers');
  await bens.page.getByRole('dialog').getByText('Owner').waitFor();
  await bens.page.getByText('1 member', { exact: true }).waitFor();
  assert.deepEqual([...mistakes, ...bens.mistakes], []);
});

async function openDetails(page, name) {
  await row(page, name).click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'About the group' }).click();
  await page.getByRole('dialog').waitFor();
}
