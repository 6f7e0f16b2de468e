/** Measures by a trace how long the page's main thread is busy at a time, in a conversation of 10,000 messages. */

import { startBrowser } from './lib/browser.js';
import { openAs, row } from './lib/chat-page.js';
import { registerAll } from './lib/person.js';
import { startServer } from './lib/server.js';
import { Talk } from './lib/talk.js';

const MESSAGES = 10_000;
const AT_ONCE = 500;
const COMING_MS = 1000 / 20;
const LETTERS = 200;

const off = { RATE_LIMIT_SENDS: 'off', RATE_LIMIT_SIGNALS: 'off', RATE_LIMIT_AUTH: 'off' };
const server = await startServer({ env: off });
const browser = await startBrowser();
try {
  const { ann, ben } = await registerAll(server, 'ann', 'ben');
  const id = await ann.direct(ben);
  const device = await ben.connect();
  const send = (content) => device.does('sendMessage', { conversationId: id, content });
  for (let sent = 0; sent < MESSAGES; sent += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, (_, at) => send(textOf(sent + at))));
  }
  await ann.api('POST', `/conversations/${id}/read`, { seq: MESSAGES });
  const { page } = await openAs(browser, ann);
  const talk = new Talk(page);
  await row(page, 'ben').waitFor();

  await trace('opening it', page, async () => {
    await row(page, 'ben').click();
    await talk.message(textOf(MESSAGES - 1)).waitFor();
    await page.waitForTimeout(500);
  });
  await trace('scrolling back through 1,000 messages', page, async () => {
    await talk.log.hover();
    for (let turn = 0; turn < 150; turn += 1) {
      await page.mouse.wheel(0, -400);
      await page.waitForTimeout(16);
    }
  });
  await page.getByRole('button', { name: /Go to the newest/ }).click();
  await talk.message(textOf(MESSAGES - 1)).waitFor();
  await trace('typing while 20 messages a second come', page, async () => {
    let coming = 0;
    const timer = setInterval(() => void send(textOf((coming += 1))), COMING_MS);
    await talk.field.pressSequentially('x'.repeat(LETTERS), { delay: 40, timeout: 120_000 });
    clearInterval(timer);
  });
} finally {
  await browser.close();
  await server.remove();
}

/** Messages of many lengths, every fourth with a link. */
function textOf(number) {
  const link = number % 4 === 0 ? ` https://example.org/${number}` : '';
  return `message ${number}.${link} ${'and so on '.repeat(number % 12)}`.trim();
}

/** Says how long the tasks of the page's main thread took that ran meanwhile, from the longest on. */
async function trace(what, page, act) {
  await browser.startTracing(page, { categories: ['toplevel', 'devtools.timeline'] });
  await act();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString('utf8'));
  const mains = traceEvents.filter(
    ({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain',
  );
  const isMain = ({ pid, tid }) => mains.some((main) => main.pid === pid && main.tid === tid);
  const tasks = traceEvents
    .filter((event) => /RunTask$/.test(event.name) && event.tdur !== undefined && isMain(event))
    // The thread's own time: what else runs on the machine is not the page's.
    .map(({ tdur }) => tdur / 1000)
    .sort((one, other) => other - one);
  const longest = tasks.slice(0, 5).map((ms) => ms.toFixed(1));
  const late = tasks.filter((ms) => ms > 50).length;
  console.log(`${what}: the longest tasks took ${longest.join(', ')} ms; ${late} over 50 ms`);
}
