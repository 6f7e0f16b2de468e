/** The units of the page; what needs a browser's objects asks for them by a comment. */

import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { alias: { '@': fileURLToPath(new URL('src', import.meta.url)) } },
  test: { include: ['src/**/*.test.{ts,tsx}'], restoreMocks: true },
});
