/** Every language says everything that English says. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const folder = join(import.meta.dirname, 'locales');
const names = readdirSync(folder);

/** Each text under its key. */
function texts(name: string): Map<string, string> {
  const found = new Map<string, string>();
  const walk = (node: object, prefix: string): void => {
    for (const [key, value] of Object.entries(node) as [string, string | object][]) {
      if (typeof value === 'string') {
        found.set(prefix + key, value);
      } else {
        walk(value, `${prefix}${key}.`);
      }
    }
  };
  walk(JSON.parse(readFileSync(join(folder, name), 'utf8')) as object, '');
  return found;
}

const english = texts('en.json');
const blanks = (text: string): string[] =>
  [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([blank]) => blank).sort();

test.each(names)('%s has every text, none more, and the same blanks to fill in', (name) => {
  const own = texts(name);
  expect([...own.keys()].sort()).toEqual([...english.keys()].sort());
  for (const [key, text] of own) {
    expect(text.trim(), key).not.toBe('');
    expect(blanks(text), key).toEqual(blanks(english.get(key) ?? ''));
  }
});

test('another language is not English left as it was', () => {
  for (const name of names.filter((each) => each !== 'en.json')) {
    const own = texts(name);
    const same = [...own].filter(([key, text]) => /\s/.test(text) && text === english.get(key));
    expect(same.map(([key]) => key).filter((key) => key !== 'conversations.named')).toEqual([]);
  }
});
