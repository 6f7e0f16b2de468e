/** How the page is built: as static files, which the server's binary holds. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { NextConfig } from 'next';

/** A language is a file: whoever adds one finds it in the settings. */
const languages = readdirSync(join(import.meta.dirname, 'src/i18n/locales'))
  .map((name) => name.replace(/\.json$/, ''))
  .sort();

const config: NextConfig = {
  output: 'export',
  reactStrictMode: true,
  poweredByHeader: false,
  devIndicators: false,
  env: { NEXT_PUBLIC_LANGUAGES: languages.join(',') },
};

export default config;
