/** The small view of a call stays where it is seen. */

import { expect, test } from 'vitest';

import { firstPlace, keepInSight, moveByKey } from './place';

const size = { width: 320, height: 200 };
const page = { width: 1000, height: 700 };

test('it begins above at the right', () => {
  expect(firstPlace(size, page)).toEqual({ x: 668, y: 72 });
});

test('it cannot be moved out of sight', () => {
  expect(keepInSight({ x: -50, y: 9_999 }, size, page)).toEqual({ x: 12, y: 488 });
});

test('on a page that is smaller than itself it stands at the beginning', () => {
  expect(keepInSight({ x: 40, y: 40 }, size, { width: 300, height: 150 })).toEqual({
    x: 12,
    y: 12,
  });
});

test('arrow keys move it, and no others', () => {
  expect(moveByKey({ x: 100, y: 100 }, 'ArrowLeft')).toEqual({ x: 76, y: 100 });
  expect(moveByKey({ x: 100, y: 100 }, 'Enter')).toBeNull();
});
