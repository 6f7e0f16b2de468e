/** Names are found as people type them. */

import { expect, test } from 'vitest';

import { matches, rank } from '@/store/matching';

test('a name is found by any of its words, without regard to case and accents', () => {
  for (const typed of ['nguyen', 'ĐÌNH', 'dinh ngu', 'Nguyễn']) {
    expect(matches('Nguyễn Đình Chiểu', typed), typed).toBe(true);
  }
  expect(matches('Nguyễn Đình Chiểu', 'nguyen van')).toBe(false);
});

test('what begins so comes before what only holds it', () => {
  expect(rank('Ann Lee', 'an')).toBeLessThan(rank('Lee Ann', 'an'));
  expect(rank('Lee Ann', 'an')).toBeLessThan(rank('Joanna', 'an'));
});
