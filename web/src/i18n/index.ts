/** The page's words: English comes with the page, every other language when it is chosen. */

import i18next, { type i18n } from 'i18next';
import { initReactI18next } from 'react-i18next';

import en from '@/i18n/locales/en.json';

const LANGUAGE = 'salala.language';

/** Every language that has a file. */
export const LANGUAGES: readonly string[] = (process.env['NEXT_PUBLIC_LANGUAGES'] ?? 'en').split(
  ',',
);

/** Makes the words ready; English until the chosen language has come. */
export function startWords(): i18n {
  if (!i18next.isInitialized) {
    void i18next.use(initReactI18next).init({
      lng: 'en',
      fallbackLng: 'en',
      resources: { en: { translation: en } },
      interpolation: { escapeValue: false },
      returnNull: false,
      initAsync: false,
    });
  }
  return i18next;
}

/** The language that was chosen, else the first of the browser's that there is. */
export function preferredLanguage(): string {
  const chosen = localStorage.getItem(LANGUAGE);
  const wanted = chosen === null ? navigator.languages : [chosen];
  const found = wanted
    .map((tag) => tag.split('-')[0] ?? '')
    .find((language) => LANGUAGES.includes(language));
  return found ?? 'en';
}

/** Shows the page in a language. */
export async function showLanguage(language: string): Promise<void> {
  if (!i18next.hasResourceBundle(language, 'translation')) {
    const words = (await import(`./locales/${language}.json`)) as { default: object };
    i18next.addResourceBundle(language, 'translation', words.default);
  }
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}

/** Shows it, and remembers that it was chosen. */
export async function chooseLanguage(language: string): Promise<void> {
  localStorage.setItem(LANGUAGE, language);
  await showLanguage(language);
}

/** A language's name in itself. */
export function nameOfLanguage(language: string): string {
  const name = new Intl.DisplayNames([language], { type: 'language' }).of(language) ?? language;
  return name.charAt(0).toLocaleUpperCase(language) + name.slice(1);
}
