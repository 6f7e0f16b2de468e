/** A recording becomes a row of bars. */

import { expect, test } from 'vitest';

import { levelOf, toPeaks } from '@/components/conversation/peaks';

test('the loudest moment fills its bar, and the others stand beside it', () => {
  expect(toPeaks([0.1, 0.2, 0.4, 0.1], 4)).toEqual([0.25, 0.5, 1, 0.25]);
});

test('many moments are gathered, few are spread, and silence is no noise', () => {
  expect(toPeaks([0, 0.5, 0, 0.25], 2)).toEqual([1, 0.5]);
  expect(toPeaks([0.5], 3)).toEqual([1, 1, 1]);
  expect(toPeaks([], 2)).toEqual([0, 0]);
  expect(toPeaks([0.001, 0.001], 2)).toEqual([0.02, 0.02]);
});

test('silence has no level, and a full swing has all of it', () => {
  expect(levelOf(new Uint8Array([128, 128]))).toBe(0);
  expect(levelOf(new Uint8Array([0, 0]))).toBe(1);
  expect(levelOf(new Uint8Array())).toBe(0);
});
