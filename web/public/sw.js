/** The service worker: keeps what the page needs to open without the server, and nothing of what people write. */

importScripts('/sw-shell.js');

const PREFIX = 'salala-shell-';
const { version, files } = self.SHELL;
const CACHE = PREFIX + version;
/** A server that takes longer than this is away, as far as opening the page goes. */
const PATIENCE_MS = 4000;

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(files)));
});

/** Pages of the version before are served by their own worker until they are closed. */
self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => names.filter((name) => name.startsWith(PREFIX) && name !== CACHE))
      .then((old) => Promise.all(old.map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin) return;
  if (pathname === '/' && request.mode === 'navigate') event.respondWith(page(request));
  else if (pathname.startsWith('/_next/static/')) event.respondWith(part(request));
  else if (files.includes(pathname) && pathname !== '/') event.respondWith(part(request));
});

/** The page as the server has it now; as it was kept where the server is away. */
async function page(request) {
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.status < 500) return answer;
  } catch {
    // Then what was kept has to do.
  }
  return (await caches.match('/', { ignoreSearch: true })) ?? Response.error();
}

/** What has its hash in its name is kept once it was fetched. */
async function part(request) {
  const kept = await caches.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok && answer.type === 'basic') {
    const copy = answer.clone();
    await caches.open(CACHE).then((cache) => cache.put(request, copy));
  }
  return answer;
}
