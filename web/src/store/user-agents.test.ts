/** Browsers are called as people call them. */

import { expect, test } from 'vitest';

import { deviceOf, isPhone } from '@/store/user-agents';

const CHROME = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/142.0 Safari/537.36';
const IPHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1';

test('a session is called by its browser and system', () => {
  expect(deviceOf(CHROME)).toBe('Chrome · Linux');
  expect(deviceOf(IPHONE)).toBe('Safari · iPhone');
  expect(deviceOf('curl/8.5.0')).toBe('curl');
  expect(deviceOf('  ')).toBeNull();
  expect(deviceOf(null)).toBeNull();
});

test('a phone is told from a desk', () => {
  expect(isPhone(IPHONE)).toBe(true);
  expect(isPhone(CHROME)).toBe(false);
});
