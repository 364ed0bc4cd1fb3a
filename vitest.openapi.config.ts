import { defineConfig } from 'vitest/config';

/** Tools that take a Java runtime and an install of their own: `npm run test:openapi`. */
export default defineConfig({
  test: {
    include: ['test/openapi/*.openapi.ts'],
    setupFiles: ['reflect-metadata'],
    globalSetup: ['test/support/build-once.ts'],
    pool: 'forks',
    testTimeout: 900_000,
    hookTimeout: 300_000,
    reporters: ['default', './test/support/closing-line.reporter.ts'],
  },
});
