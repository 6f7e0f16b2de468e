/** A conversation on the page: files and voices, by keyboard alone, on a phone, and for who cannot see it. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { startBrowser } from '../lib/browser.js';
import { PHONE, findBarriers } from '../lib/chat-page.js';
import { eventually } from '../lib/eventually.js';
import { png } from '../lib/media.js';
import { registerAll } from '../lib/person.js';
import { startServer } from '../lib/server.js';
import { openTalk } from '../lib/talk.js';

let server;
let browser;
before(async () => {
  server = await startServer({ env: { RATE_LIMIT_SENDS: 'off', RATE_LIMIT_AUTH: 'off' } });
  browser = await startBrowser(
    '--use-fake-device-for-media-stream',
    '--use-fake-ui-for-media-stream',
  );
});
after(async () => {
  await browser.close();
  await server.remove();
});

const picture = png(320, 200, (x, y) => [x % 256, y, 120]);

test('pictures and files go with what one writes, and open as what they are', async () => {
  const { ann, ben } = await registerAll(server, 'ann', 'ben');
  const id = await ann.direct(ben);
  const { talk, page } = await openTalk(browser, ann, id);
  const bens = (await openTalk(browser, ben, id)).talk;
  await page.locator('input[type=file]').setInputFiles([
    { name: 'lake.png', mimeType: 'image/png', buffer: picture },
    { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('some notes') },
    { name: 'wrong.txt', mimeType: 'text/plain', buffer: Buffer.from('not this one') },
  ]);
  await page.getByRole('button', { name: 'Remove wrong.txt' }).click();
  await talk.field.fill('here they are');
  await page.keyboard.press('Enter');
  await bens.message('here they are').getByRole('button', { name: 'Open lake.png' }).click();
  const dialog = bens.page.getByRole('dialog', { name: 'lake.png' });
  const shown = dialog.locator('img');
  await eventually(() => shown.evaluate((img) => img.naturalWidth === 320), 'the picture');
  await bens.page.keyboard.press('Escape');
  const link = bens.log.getByRole('link', { name: 'Download notes.txt' });
  const [download] = await Promise.all([bens.page.waitForEvent('download'), link.click()]);
  assert.equal(download.suggestedFilename(), 'notes.txt');
  assert.equal((await ben.history(id)).length, 2);
});

test('a file that is dropped or pasted is attached, and one that is refused says why', async () => {
  const { ann, ben } = await registerAll(server, 'ann', 'ben');
  const { talk, page } = await openTalk(browser, ann, await ann.direct(ben));
  for (const kind of ['drop', 'paste']) {
    const data = await page.evaluateHandle((name) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File(['x'], `${name}.txt`, { type: 'text/plain' }));
      return transfer;
    }, kind);
    if (kind === 'drop') {
      await talk.log.dispatchEvent('drop', { dataTransfer: data });
    } else {
      await talk.field.evaluate((field, clipboardData) => {
        field.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }));
      }, data);
    }
    await page.getByLabel('Files to send').getByText(`${kind}.txt`).waitFor();
  }
  // What begins as a picture and ends as none is refused.
  const broken = { name: 'broken.png', mimeType: 'image/png', buffer: picture.subarray(0, 60) };
  await page.locator('input[type=file]').setInputFiles([broken]);
  const item = page.getByLabel('Files to send').getByRole('listitem').filter({ hasText: 'broken' });
  await item.getByRole('button', { name: 'Try again' }).waitFor();
});

test('a voice message is recorded, sent, and heard', async () => {
  const { ann, ben } = await registerAll(server, 'ann', 'ben');
  const id = await ann.direct(ben);
  const { page } = await openTalk(browser, ann, id);
  const bens = (await openTalk(browser, ben, id)).talk;
  const record = page.getByRole('button', { name: 'Record a voice message' });
  await record.click();
  await page.getByRole('timer').getByText('0:01').waitFor();
  await page.getByRole('button', { name: 'Discard the recording' }).click();
  await record.click();
  await page.getByRole('timer').getByText('0:02').waitFor();
  await page
    .getByRole('group', { name: 'Voice message' })
    .getByRole('button', { name: 'Send' })
    .click();
  await bens.log.getByRole('button', { name: /^Play voice/ }).click();
  const position = bens.log.getByRole('slider', { name: 'Position' });
  await eventually(async () => Number(await position.getAttribute('aria-valuenow')) >= 1, 'sound');
  const [message] = await ben.history(id);
  assert.ok(message.file.durationMs > 1_000 && message.file.peaks.length === 48);
});

test('all of it goes by keyboard alone', async () => {
  const { ann, ben } = await registerAll(server, 'ann', 'ben');
  const id = await ann.direct(ben);
  for (const words of ['one', 'two', 'three']) await ben.send(id, words);
  const { talk, page } = await openTalk(browser, ann, id);
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
  await talk.message('three').waitFor();
  await talk.log.focus();
  await page.keyboard.press('ArrowUp');
  await eventually(
    async () => /three$/.test(await focused()),
    'the last message to have the focus',
  );
  await page.keyboard.press('ArrowUp');
  await eventually(async () => /two$/.test(await focused()), 'the one before it');
  await page.keyboard.press('Enter');
  await page.getByRole('menu').waitFor();
  await page.getByRole('menuitem', { name: 'Reply' }).press('Enter');
  await page.getByText('Reply to ben').waitFor();
  await eventually(async () => (await focused()) === 'Message', 'the field to have the focus');
  await page.keyboard.type('to two');
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.type('and more');
  await page.keyboard.press('Enter');
  // It is shown before it is stored.
  const isStored = async () => (await ben.history(id)).at(-1).content === 'to two\nand more';
  await eventually(isStored, 'what was written to be stored');
  // Letters typed among the messages go where one writes.
  await talk.log.focus();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.type('hi');
  assert.equal(await talk.field.inputValue(), 'hi');
});

test('new messages are read out once, and scrolling reads out nothing', async () => {
  const { ann, ben } = await registerAll(server, 'ann', 'ben');
  const id = await ann.direct(ben);
  await ben.send(id, 'there before');
  const { talk, page } = await openTalk(browser, ann, id);
  assert.equal(await talk.log.getAttribute('aria-live'), 'off');
  await ben.send(id, 'fresh news');
  await page.getByRole('status').getByText('ben: fresh news').waitFor();
  assert.equal(await page.getByRole('status').getByText('there before').count(), 0);
});

for (const [size, viewport] of [
  ['desktop', { width: 1280, height: 800 }],
  ['phone', PHONE],
]) {
  for (const colorScheme of ['light', 'dark']) {
    test(`nothing stands in anybody's way on a ${size} in the ${colorScheme} theme`, async () => {
      const { ann, ben, cleo } = await registerAll(server, 'ann', 'ben', 'cleo');
      const id = await ann.group('Hike', ben, cleo);
      const first = await ben.send(id, `look https://example.org @${ann.username}`);
      await cleo.send(id, 'an answer', { replyToId: first.id });
      await ann.send(id, 'one of mine');
      const { fileUrl } = await ben.upload('lake.png', picture);
      await ben.send(id, null, { fileUrl });
      const gone = await ben.send(id, 'gone');
      await ben.api('DELETE', `/messages/${gone.id}`);
      await ben.api('PUT', `/messages/${first.id}/reactions/${encodeURIComponent('👍')}`);
      const { talk, page } = await openTalk(browser, ann, id, { viewport, colorScheme });
      await talk.message('Message deleted').waitFor();
      assert.deepEqual(await findBarriers(page), []);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.equal(width, viewport.width);

      await talk.message('one of mine').locator('[data-bubble]').click({ button: 'right' });
      await page.getByRole('menu').waitFor();
      assert.deepEqual(await findBarriers(page), []);
      await page.getByRole('menuitem', { name: 'Who has read it' }).click();
      await page.getByRole('dialog').waitFor();
      assert.deepEqual(await findBarriers(page), []);
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Emoji', exact: true }).click();
      await page.getByRole('option').first().waitFor();
      assert.deepEqual(await findBarriers(page), []);
    });
  }
}
