/** Windows of messages stay in order, whole and bounded. */

import { expect, test } from 'vitest';

import { message } from '../samples.js';
import {
  ACTIVE_CUT,
  ACTIVE_MAX,
  INACTIVE_MAX,
  append,
  prepend,
  replaceWindow,
  rest,
} from './timeline.js';

const span = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => message(from + index));
const page = (from: number, to: number, hasOlder = false, hasNewer = false) => ({
  messages: span(from, to),
  hasOlder,
  hasNewer,
});

test('pages are put before and behind, and what is in both comes once in its newest form', () => {
  const middle = replaceWindow(page(10, 20, true, true));
  const edited = message(10, { content: 'edited' });
  const back = prepend(middle, { messages: [message(9), edited], hasOlder: false, hasNewer: true });
  const all = append(back, page(20, 25));
  expect(all.messages.map(({ seq }) => seq)).toEqual(span(9, 25).map(({ seq }) => seq));
  expect(all.messages[1]?.content).toBe('edited');
  expect([all.hasOlder, all.hasNewer]).toEqual([false, false]);
});

test('a window that grows beyond its bound lets go of the other end', () => {
  const full = replaceWindow(page(1001, 1000 + ACTIVE_MAX));
  const back = prepend(full, page(1000, 1000, true));
  expect(back.messages).toHaveLength(ACTIVE_CUT);
  expect([back.messages[0]?.seq, back.hasNewer]).toEqual([1000, true]);
  const on = append(full, page(1001 + ACTIVE_MAX, 1001 + ACTIVE_MAX));
  expect(on.messages).toHaveLength(ACTIVE_CUT);
  expect([on.messages.at(-1)?.seq, on.hasOlder]).toEqual([1001 + ACTIVE_MAX, true]);
});

test('little is kept of a window that nobody looks at, and nothing of one in the past', () => {
  expect(rest(replaceWindow(page(1, 500, false, true)))).toBeNull();
  const kept = rest(replaceWindow(page(1, 500)));
  expect(kept?.messages).toHaveLength(INACTIVE_MAX);
  expect([kept?.messages.at(-1)?.seq, kept?.hasOlder]).toEqual([500, true]);
});
