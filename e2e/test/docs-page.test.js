/** The readable page of the documents, in Chromium: found, searched and read without a mouse. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { openPage, startBrowser } from '../lib/browser.js';
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

/** Every name that the documents hold. */
async function names() {
  const read = async (name) => (await fetch(`${server.url}/api/${name}.json`)).json();
  const [openapi, asyncapi] = [await read('openapi'), await read('asyncapi')];
  const operations = Object.values(openapi.paths).flatMap((methods) => Object.values(methods));
  const schemas = { ...openapi.components.schemas, ...asyncapi.components.schemas };
  return [
    ...operations.map(({ operationId }) => `route-${operationId}`),
    ...Object.keys(asyncapi.operations).map((key) => `event-${key}`),
    ...Object.keys(schemas).map((name) => `shape-${name}`),
    ...openapi['x-codes'].map(({ code }) => `code-${code}`),
  ];
}

test('everything in the documents is on the page, and every link on it leads somewhere', async () => {
  const { page, mistakes } = await openPage(browser, `${server.url}/docs`);
  await page.getByRole('heading', { name: 'Shapes' }).waitFor();
  const ids = await page.evaluate(() => [...document.querySelectorAll('[id]')].map(({ id }) => id));
  assert.deepEqual(
    (await names()).filter((name) => !ids.includes(name)),
    [],
  );
  assert.equal(new Set(ids).size, ids.length, 'ids are unique');
  const dead = await page.evaluate(() =>
    [...document.querySelectorAll('a[href^="#"]')]
      .map((link) => decodeURIComponent(link.hash.slice(1)))
      .filter((id) => !document.getElementById(id)),
  );
  assert.deepEqual(dead, []);
  const text = await page.locator('main').innerText();
  assert.doesNotMatch(text, /undefined|\[object|NaN/);
  assert.deepEqual(mistakes, []);
});

test('the page is searched and read by keyboard', async () => {
  const { page, mistakes } = await openPage(browser, `${server.url}/docs`);
  await page.getByRole('heading', { name: 'Shapes' }).waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('reaction emoji put');
  await page.getByText('1 of ').waitFor();
  assert.equal(await page.locator('#route-addReaction').isVisible(), true);
  assert.equal(await page.locator('#route-login').isVisible(), false);
  await page.keyboard.press('Enter');
  assert.match(page.url(), /#route-addReaction$/);
  await page.getByRole('searchbox').press('Escape');
  await page.locator('#route-login').waitFor();
  await page.getByRole('link', { name: 'Reaction', exact: true }).first().press('Enter');
  assert.match(page.url(), /#shape-Reaction$/);
  assert.deepEqual(mistakes, []);
});

test('a link to one entry opens there, on a phone too', async () => {
  const url = `${server.url}/docs#event-client.sendMessage`;
  const viewport = { width: 360, height: 740 };
  const { page, mistakes } = await openPage(browser, url, { viewport });
  await page.getByRole('heading', { name: 'Shapes' }).waitFor();
  const box = await page.locator('[id="event-client.sendMessage"]').boundingBox();
  assert.ok(box.y >= 0 && box.y < 200, `it stands at ${box.y}`);
  const isTooWide = () =>
    page.evaluate(
      () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
    );
  assert.equal(await isTooWide(), false);
  await page.getByRole('button', { name: 'Contents' }).press('Enter');
  await page.getByRole('link', { name: 'Errors', exact: true }).press('Enter');
  assert.equal(await page.getByRole('searchbox').isVisible(), false);
  assert.match(page.url(), /#errors$/);
  assert.deepEqual(mistakes, []);
});
