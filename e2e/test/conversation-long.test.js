/** A conversation of 10,000 messages on the page: scrolled both ways, at rest while others write. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { startBrowser } from '../lib/browser.js';
import { eventually } from '../lib/eventually.js';
import { registerAll } from '../lib/person.js';
import { startServer } from '../lib/server.js';
import { openTalk } from '../lib/talk.js';

const MESSAGES = 10_000;
const AT_ONCE = 500;

let server;
let browser;
let people;
let id;
before(async () => {
  const off = { RATE_LIMIT_SENDS: 'off', RATE_LIMIT_SIGNALS: 'off', RATE_LIMIT_AUTH: 'off' };
  server = await startServer({ env: off });
  browser = await startBrowser();
  people = await registerAll(server, 'ann', 'ben');
  const { ann, ben } = people;
  id = await ann.direct(ben);
  const device = await ben.connect();
  for (let from = 1; from <= MESSAGES; from += AT_ONCE) {
    const numbers = Array.from({ length: AT_ONCE }, (_, index) => from + index);
    await Promise.all(
      numbers.map((number) => {
        // Of many heights, as messages are.
        const more = number % 7 === 0 ? ` ${'and so on '.repeat(30)}` : '';
        const content = `message ${number}.${more}`;
        return device.does('sendMessage', { conversationId: id, content });
      }),
    );
  }
});
after(async () => {
  await browser.close();
  await server.remove();
});

/** Opens it with nothing unread, so at its newest message. */
async function openAtEnd() {
  const { ann } = people;
  await ann.api('POST', `/conversations/${id}/read`, { seq: MESSAGES });
  const opened = await openTalk(browser, ann, id);
  const isThere = async () => (await opened.talk.numbersInView()).includes(MESSAGES);
  await eventually(isThere, 'the newest message');
  return opened;
}

/** Scrolls with the wheel until something is so. */
async function scroll(talk, delta, isEnough) {
  await talk.log.hover();
  await eventually(
    async () => {
      await talk.page.mouse.wheel(0, delta);
      return isEnough();
    },
    'the list to be scrolled so far',
    60_000,
  );
}

test('it opens at the first unread message, and is read as far as one has seen it', async () => {
  const { ann } = people;
  await ann.api('POST', `/conversations/${id}/read`, { seq: 9_000 });
  const { talk, page } = await openTalk(browser, ann, id);
  await talk.log.getByText('New messages', { exact: true }).waitFor();
  await eventually(
    async () => (await talk.numbersInView()).includes(9_001),
    'the first unread one',
  );
  const unread = async () => (await ann.api('GET', `/conversations/${id}`)).unreadCount;
  await eventually(async () => (await unread()) < 1_000, 'what is in view to be read');
  assert.ok((await unread()) > 900, 'what is not in view is not read');
  await page.getByRole('button', { name: /Go to the newest message, \d+ unread/ }).click();
  await talk.message(`message ${MESSAGES}.`).waitFor();
  await eventually(async () => (await unread()) === 0, 'all to be read');
  await eventually(async () => (await talk.place()).end < 2, 'the end');
});

/**
 * Scrolls by so many pixels, and gives the messages in view after two frames and how far off any of them is from
 * where it should have gone.
 */
function step(talk, by) {
  return talk.log.evaluate(async (log, pixels) => {
    const places = () =>
      new Map(
        [...log.querySelectorAll('[data-bubble]')].map((bubble) => [
          Number(/message (\d+)/.exec(bubble.textContent)[1]),
          bubble.getBoundingClientRect(),
        ]),
      );
    const before = places();
    log.scrollBy({ top: pixels, behavior: 'instant' });
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    await frame();
    await frame();
    const after = places();
    const { top, bottom } = log.getBoundingClientRect();
    const seen = [...after].filter(([, box]) => box.bottom > top && box.top < bottom);
    const off = seen
      .filter(([number]) => before.has(number))
      .map(([number, box]) => Math.abs(before.get(number).top - pixels - box.top));
    const numbers = seen.map(([number]) => number).sort((one, other) => one - other);
    const isAtEdge =
      log.scrollTop === 0 || log.scrollTop >= log.scrollHeight - log.clientHeight - 1;
    return { numbers, off: isAtEdge ? 0 : Math.max(0, ...off) };
  }, by);
}

test('older messages come without a jump, and newer ones on the way back, each once and in order', async () => {
  const { talk } = await openAtEnd();
  for (const [by, isEnough] of [
    [-180, (numbers) => numbers[0] < MESSAGES - 300],
    [180, (numbers) => numbers.includes(MESSAGES)],
  ]) {
    const seen = new Set();
    await eventually(
      async () => {
        const { numbers, off } = await step(talk, by);
        assert.ok(off <= 2, `a message in view jumped by ${off} pixels near ${numbers[0]}`);
        for (const number of numbers) seen.add(number);
        return isEnough(numbers);
      },
      'the list to be scrolled so far',
      60_000,
    );
    const [first, last] = [Math.min(...seen), Math.max(...seen)];
    assert.equal(seen.size, last - first + 1, 'messages that were skipped');
  }
});

test('a link leads into the middle of it, from where one scrolls both ways', async () => {
  const { ann } = people;
  const middle = await ann.api('GET', `/conversations/${id}/messages?around=5000&limit=1`);
  const { talk } = await openTalk(browser, ann, id, { messageId: middle.data[0].id });
  await eventually(async () => (await talk.numbersInView()).includes(5_000), 'the middle');
  await scroll(talk, -900, async () => (await talk.numbersInView()).some((n) => n < 4_930));
  await scroll(talk, 900, async () => (await talk.numbersInView()).some((n) => n > 5_070));
});
