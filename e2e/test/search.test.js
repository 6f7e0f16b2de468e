/** Finding messages by their words. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { registerAll } from '../lib/person.js';
import { startServer } from '../lib/server.js';
import { MessageHit, Page, fits, isProblem } from '../lib/shapes.js';

let server;
before(async () => {
  server = await startServer();
});
after(() => server.remove());

const path = (query) => `/search/messages?${new URLSearchParams(query)}`;

async function found(person, query) {
  const page = await person.api('GET', path(query));
  fits(page, Page(MessageHit));
  return page.data.map((hit) => hit.content);
}

test('words are found without case and accents, and by their beginning if asked', async () => {
  const { ann, ben, eve } = await registerAll(server, 'ann', 'ben', 'eve');
  const talk = await ann.direct(ben);
  const other = await ann.direct(eve);
  const first = await ann.send(talk, 'Shall we meet at the CAFÉ tomorrow? 👍');
  await ann.send(other, 'The café is shut.');
  assert.deepEqual(await found(ben, { q: 'cafe tom*' }), [first.content]);
  assert.deepEqual(await found(ann, { q: 'café' }), ['The café is shut.', first.content]);
  assert.deepEqual(await found(ann, { q: 'cafe', conversationId: talk }), [first.content]);
  assert.deepEqual(await found(ben, { q: 'shut' }), [], 'it is in no conversation of his');
  const page = await ben.api('GET', path({ q: 'tom*' }));
  const [hit] = page.data;
  assert.equal(hit.id, first.id);
  const [[from, to]] = hit.highlights;
  assert.equal(hit.snippet.slice(from, to), 'tomorrow');
});

test('a message is found as it is now, and by members alone', async () => {
  const { ann, ben, eve } = await registerAll(server, 'ann', 'ben', 'eve');
  const group = await ann.group('Choir', ben);
  const message = await ann.send(group, 'a melody');
  await ann.api('PATCH', `/messages/${message.id}`, { content: 'a harmony' });
  assert.deepEqual(await found(ben, { q: 'melody' }), []);
  assert.deepEqual(await found(ben, { q: 'harmony' }), ['a harmony']);
  isProblem(await eve.try('GET', path({ q: 'harmony', conversationId: group })), 403, 'forbidden');
  await ann.api('POST', `/conversations/${group}/participants`, { userIds: [eve.id] });
  assert.deepEqual(await found(eve, { q: 'harmony' }), [], 'it was written before she came');
  await ann.api('DELETE', `/messages/${message.id}`);
  assert.deepEqual(await found(ben, { q: 'harmony' }), []);
});

test('hits come page by page, and what is no search is refused', async () => {
  const { ann, ben } = await registerAll(server, 'ann', 'ben');
  const talk = await ann.direct(ben);
  for (let number = 0; number < 5; number += 1) await ann.send(talk, `verse ${number}`);
  const seen = [];
  let cursor = '';
  do {
    const page = await ben.api('GET', path({ q: 'verse', limit: 2, ...(cursor && { cursor }) }));
    seen.push(...page.data.map((hit) => hit.content));
    cursor = page.nextCursor;
  } while (cursor);
  assert.deepEqual(seen, ['verse 4', 'verse 3', 'verse 2', 'verse 1', 'verse 0']);
  for (const query of [
    {},
    { q: ' ' },
    { q: '?!' },
    { q: 'to*' },
    { q: 'a'.repeat(201) },
    { q: 'a '.repeat(17) },
    { q: 'verse', cursor: 'nonsense' },
    { q: 'verse', limit: 0 },
  ]) {
    isProblem(await ben.try('GET', path(query)), 422, 'invalid_payload');
  }
  for (const q of ['"', "' OR 1", 'NEAR(a b)', '{a}:', '*', 'a*', '-a', '^a']) {
    const answer = await ben.try('GET', path({ q }));
    assert.ok([200, 422].includes(answer.status), `${q}: ${answer.status}`);
  }
});
