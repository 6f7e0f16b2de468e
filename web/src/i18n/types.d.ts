/** Every key of a text is checked against the English words. */

import 'i18next';

import type en from '@/i18n/locales/en.json';

declare module 'i18next' {
  // eslint-disable-next-line @typescript-eslint/consistent-type-definitions -- only an interface adds to that of the library
  interface CustomTypeOptions {
    resources: { translation: typeof en };
  }
}
