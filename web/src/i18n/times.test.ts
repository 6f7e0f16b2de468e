/** Times as people say them. */

import { expect, test } from 'vitest';

import { agoTime, shortTime } from '@/i18n/times';

const NOW = new Date(2026, 10, 25, 18, 30);
const at = (...parts: [number, number, number, number, number]): string =>
  new Date(...parts).toISOString();

test('a list tells the time of today, the day of this week, and else the date', () => {
  const say = (iso: string): string => shortTime(iso, 'en-GB', NOW);
  expect(say(at(2026, 10, 25, 9, 5))).toBe('9:05');
  expect(say(at(2026, 10, 24, 23, 59))).toBe('Yesterday');
  expect(say(at(2026, 10, 21, 12, 0))).toBe('Sat');
  expect(say(at(2026, 4, 3, 12, 0))).toBe('3 May');
  expect(say(at(2025, 4, 3, 12, 0))).toBe('3 May 2025');
});

test('a clock that is ahead tells the time, not tomorrow', () => {
  expect(shortTime(at(2026, 10, 26, 0, 1), 'en-GB', NOW)).toBe('0:01');
});

test('how long ago is told in the largest measure that fits', () => {
  const ago = (seconds: number): string =>
    agoTime(new Date(NOW.getTime() - seconds * 1000).toISOString(), 'en', NOW);
  expect(ago(5)).toBe('now');
  expect(ago(61)).toBe('1 minute ago');
  expect(ago(7300)).toBe('2 hours ago');
  expect(ago(90_000)).toBe('yesterday');
  expect(ago(-50)).toBe('now');
});
