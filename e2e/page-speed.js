/** Measures how long a signed-in user with 50 conversations waits for the page: `npm --prefix e2e run page-speed`. */

import { startBrowser } from './lib/browser.js';
import { openAs, row } from './lib/chat-page.js';
import { register } from './lib/person.js';
import { startServer } from './lib/server.js';

const CONVERSATIONS = 50;
const LOADS = 5;

const server = await startServer();
const browser = await startBrowser();
try {
  const ann = await register(server, 'Ann');
  for (let made = 1; made <= CONVERSATIONS; made += 1) {
    const other = await register(server, `person-${made}`);
    await other.send(await other.direct(ann), `Hello from ${made}`);
  }
  for (const kind of ['a browser that was here before', 'a new browser']) {
    const waits = [];
    const { page } = await openAs(browser, ann);
    await page.evaluate(() => navigator.serviceWorker.ready);
    for (let load = 0; load < LOADS; load += 1) {
      if (kind === 'a new browser') await forget(page);
      const began = Date.now();
      await page.goto(server.url, { waitUntil: 'commit' });
      await row(page, `person-${CONVERSATIONS}`).click();
      waits.push(Date.now() - began);
    }
    waits.sort((a, b) => a - b);
    console.log(`${kind}: the first row takes a click after ${waits.join(', ')} ms`);
  }
} finally {
  await browser.close();
  await server.remove();
}

/** Leaves nothing but the cookie. */
async function forget(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.clearBrowserCache');
  await session.send('Storage.clearDataForOrigin', {
    origin: server.url,
    storageTypes: 'cache_storage,service_workers,local_storage,indexeddb',
  });
  await session.detach();
}
