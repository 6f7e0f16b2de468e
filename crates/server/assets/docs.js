/** The page at `/docs`: reads both documents and shows them, with contents and a search. */

import { fillContents, followReading } from './docs/contents.js';
import { make } from './docs/elements.js';
import { makeEvents } from './docs/events.js';
import { makeErrors, makeRoutes } from './docs/routes.js';
import { makeShapes } from './docs/schemas.js';
import { searchIn } from './docs/search.js';
import { prose } from './docs/words.js';

const byId = (id) => document.getElementById(id);

async function read(name) {
  const answer = await fetch(`/api/${name}.json`);
  if (!answer.ok) throw new Error(`/api/${name}.json answered ${answer.status}`);
  return answer.json();
}

function introduction(id, title, words) {
  const section = make('section', 'part');
  section.id = id;
  section.append(make('h2', '', title), prose(words));
  return section;
}

function show(openapi, asyncapi) {
  byId('version').textContent = openapi.info.version;
  const shapes = { ...openapi.components.schemas, ...asyncapi.components.schemas };
  const http = introduction('http', 'HTTP', openapi.info.description);
  http.append(...makeRoutes(openapi, shapes));
  const socket = introduction('socket', 'The socket', asyncapi.info.description);
  socket.append(...makeEvents(asyncapi, shapes));
  const parts = [http, socket, makeErrors(openapi), makeShapes(shapes)];
  byId('status').remove();
  byId('content').append(...parts);
  fillContents(byId('contents'), parts);
}

function followMenu() {
  const [menu, side] = [byId('menu'), byId('side')];
  const set = (isOpen) => {
    side.dataset.open = String(isOpen);
    menu.setAttribute('aria-expanded', String(isOpen));
  };
  menu.addEventListener('click', () => set(side.dataset.open !== 'true'));
  side.addEventListener('click', (event) => event.target.closest('a') && set(false));
  addEventListener('keydown', (event) => {
    const isTyping = event.target instanceof HTMLInputElement;
    if (event.key === 'Escape') set(false);
    if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    set(true);
    byId('search').focus();
  });
}

try {
  followMenu();
  show(...(await Promise.all([read('openapi'), read('asyncapi')])));
  searchIn(byId('search'), byId('found'), byId('content'), byId('contents'));
  followReading(byId('contents'));
  // What was linked to is there only now.
  const id = decodeURIComponent(location.hash.slice(1));
  if (id) byId(id)?.scrollIntoView();
} catch (error) {
  const status = byId('status') ?? byId('content').appendChild(make('p'));
  status.textContent = `The documents could not be read (${error.message}). Reload to try again.`;
}
