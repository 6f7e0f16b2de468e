/** Moments that move on: the page says `now` again each minute. */

import { useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';

const MINUTE_MS = 60_000;

/** The beginning of the minute, so that times in words stay true. */
export function useNow(): Date {
  return new Date(useSyncExternalStore(onMinute, thisMinute, () => 0));
}

/** The language that times are told in, as it is used where the user is: `en-GB` for `en`. */
export function useLanguage(): string {
  const { language } = useTranslation().i18n;
  return navigator.languages.find((tag) => tag.split('-')[0] === language) ?? language;
}

function onMinute(tell: () => void): () => void {
  const timer = setInterval(tell, MINUTE_MS / 4);
  return () => {
    clearInterval(timer);
  };
}

function thisMinute(): number {
  return Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
}
