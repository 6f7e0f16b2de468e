/** What the server says of a field is told in the user's words. */

import { createInstance } from 'i18next';
import { expect, test } from 'vitest';

import { fieldSentence } from '@/i18n/field-sentences';
import en from '@/i18n/locales/en.json';

const words = createInstance();
await words.init({ lng: 'en', resources: { en: { translation: en } } });

test.each([
  ['must not be blank', 'This is needed.'],
  ['must have at least 8 characters', 'At least 8 characters.'],
  ['must have at most 1 characters', 'At most 1 character.'],
  ['may hold letters A to Z, digits and _ . - only', 'Letters A to Z, digits and _ . - only.'],
  ['must be an e-mail address', 'This is no e-mail address.'],
  ['must be an http or https URL', 'An address that begins with http:// or https://.'],
  ['something that nobody has thought of', 'This does not fit.'],
])('“%s” is told as “%s”', (message, sentence) => {
  expect(fieldSentence(words.t, message)).toBe(sentence);
});
