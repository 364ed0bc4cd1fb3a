import { defineConfig } from 'vitest/config';

/** What needs programs of the system: `npm run test:container`, `test:kubernetes`, `test:package`. One file after the other. */
export default defineConfig({
  test: {
    include: ['test/{container,kubernetes,package}/*.system.ts'],
    setupFiles: ['reflect-metadata'],
    globalSetup: ['test/support/build-once.ts'],
    pool: 'forks',
    maxWorkers: 1,
    testTimeout: 120_000,
    // An image is built in one.
    hookTimeout: 1_200_000,
    reporters: ['default', './test/support/closing-line.reporter.ts'],
  },
});
