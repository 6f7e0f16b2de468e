/** What the server says of a field, in the user's language. */

import type { TFunction } from 'i18next';

type Rule = readonly [pattern: RegExp, say: (t: TFunction, found: RegExpMatchArray) => string];

/** The sentences of the server's own checks; what is none of these is shown as not fitting. */
const RULES: readonly Rule[] = [
  [/^must not be blank|^must be a non-empty string|^is missing/, (t) => t('field.blank')],
  [
    /^must have at least (\d+) characters/,
    (t, [, least]) => t('field.tooShort', { count: Number(least) }),
  ],
  [
    /^must have at most (\d+) (?:characters|bytes)/,
    (t, [, most]) => t('field.tooLong', { count: Number(most) }),
  ],
  [/^may hold letters A to Z/, (t) => t('field.username')],
  [/^must be an e-mail address/, (t) => t('field.email')],
  [/^must be an http or https URL/, (t) => t('field.url')],
  [/^must be a date/, (t) => t('field.date')],
  [
    /^must hold (?:at most|\d+ to) (\d+)/,
    (t, [, most]) => t('field.tooMany', { count: Number(most) }),
  ],
  [/^must be a user's id/, (t) => t('field.user')],
];

/** The sentence for what the server says is wrong with a field. */
export function fieldSentence(t: TFunction, message: string): string {
  for (const [pattern, say] of RULES) {
    const found = pattern.exec(message);
    if (found) {
      return say(t, found);
    }
  }
  return t('field.other');
}
