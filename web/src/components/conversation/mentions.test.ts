/** Naming somebody while one writes. */

import { expect, test } from 'vitest';

import { findNameable, namingAt, putName } from '@/components/conversation/mentions';

const PEOPLE = [
  { id: '1', username: 'ann', displayName: 'Ann Lee' },
  { id: '2', username: 'hoa', displayName: 'Nguyễn Thị Hoa' },
  { id: '3', username: 'joann', displayName: null },
];

test('a name is being written from its @ to the caret', () => {
  expect(namingAt('hello @an', 9)).toEqual({ start: 6, query: 'an' });
  expect(namingAt('@', 1)).toEqual({ start: 0, query: '' });
  expect(namingAt('@an and more', 3)).toEqual({ start: 0, query: 'an' });
});

test('an address of e-mail and what stands behind a space name nobody', () => {
  expect(namingAt('mail@an', 7)).toBeNull();
  expect(namingAt('@ann is', 7)).toBeNull();
  expect(namingAt('hello', 5)).toBeNull();
});

test('whose name begins so comes first, and marks make no difference', () => {
  const found = (query: string): string[] => findNameable(PEOPLE, query).map(({ id }) => id);
  expect(found('an')).toEqual(['1', '3']);
  expect(found('nguyen')).toEqual(['2']);
  expect(found('thi')).toEqual(['2']);
  expect(found('')).toEqual(['1', '2', '3']);
  expect(found('x')).toEqual([]);
});

test('a chosen name takes the place of what was written of it', () => {
  const text = 'hi @an there';
  expect(putName(text, 6, { start: 3, query: 'an' }, 'ann')).toEqual({
    text: 'hi @ann there',
    caret: 8,
  });
  expect(putName('@', 1, { start: 0, query: '' }, 'ann')).toEqual({ text: '@ann ', caret: 5 });
});
