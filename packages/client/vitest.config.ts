/** The units of the client package; what needs a browser's objects asks for them by a comment. */

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { include: ['src/**/*.test.{ts,tsx}'], restoreMocks: true },
});
