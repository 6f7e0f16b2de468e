/** Says in the user's words why something was not done. */

import { SalalaError, type SalalaErrorCode } from '@salala/client';
import { useTranslation } from 'react-i18next';

import { fieldSentence } from '@/i18n/field-sentences';

/** Sentences of the place that know better than the general ones. */
export type OwnSentences = Partial<Record<SalalaErrorCode, string>>;

/** Gives the sentence for whatever was thrown. */
export function useRefusal(): (error: unknown, own?: OwnSentences) => string {
  const { t } = useTranslation();
  return (error, own = {}) => {
    const code = error instanceof SalalaError ? error.code : 'internal';
    return own[code] ?? t(`refused.${code}`);
  };
}

/** Says what is wrong with one field of what was sent, or nothing. */
export function useFieldErrors(error: unknown): (path: string) => string | null {
  const { t } = useTranslation();
  const errors = error instanceof SalalaError ? (error.details.errors ?? []) : [];
  return (path) => {
    const found = errors.find((field) => field.path === path);
    return found === undefined ? null : fieldSentence(t, found.message);
  };
}
