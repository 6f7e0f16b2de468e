/** Durations read as on a clock. */

import { expect, test } from 'vitest';

import { formatDuration } from './duration';

test.each([
  [0, '0:00'],
  [7_900, '0:07'],
  [760_000, '12:40'],
  [3_723_000, '1:02:03'],
  [-5, '0:00'],
])('%i ms are %s', (ms, words) => {
  expect(formatDuration(ms)).toBe(words);
});
