/** Where a list stands when it changes. */

import { expect, test } from 'vitest';

import { followsEnd, lastInView, seqUpTo } from '@/components/conversation/scrolling';
import type { Row } from '@/components/conversation/rows';

const CHANGE = { wasAtEnd: true, hadNewer: false, lastKey: 'a', nextLastKey: 'b', isOwn: false };

test('whoever is at the end goes on with it, and nobody else', () => {
  expect(followsEnd(CHANGE)).toBe(true);
  expect(followsEnd({ ...CHANGE, wasAtEnd: false })).toBe(false);
});

test('what one writes is gone to from anywhere', () => {
  expect(followsEnd({ ...CHANGE, wasAtEnd: false, isOwn: true })).toBe(true);
});

test('older messages move nobody, and a window in the past is scrolled through', () => {
  expect(followsEnd({ ...CHANGE, nextLastKey: 'a' })).toBe(false);
  expect(followsEnd({ ...CHANGE, hadNewer: true })).toBe(false);
});

test('a row counts as seen once enough of it is in view', () => {
  const items = [
    { index: 4, start: 0, end: 40 },
    { index: 5, start: 40, end: 400 },
    { index: 6, start: 400, end: 440 },
  ];
  expect(lastInView(items, 0, 60)).toBe(4);
  expect(lastInView(items, 0, 76)).toBe(5);
  expect(lastInView(items, 0, 440)).toBe(6);
  expect(lastInView([], 0, 440)).toBe(-1);
});

test('what is in view is told by the newest stored message of it', () => {
  const rows = [
    { kind: 'intro', key: 'intro' },
    { kind: 'message', key: 'm', message: { seq: 7 } },
    { kind: 'pending', key: 'own a' },
  ] as unknown as Row[];
  expect(seqUpTo(rows, 2)).toBe(7);
  expect(seqUpTo(rows, 0)).toBe(0);
  expect(seqUpTo(rows, -1)).toBe(0);
});
