import { defineConfig } from 'vitest/config';

/** Load and endurance, which take minutes: `npm run soak`, `test:overload`, `test:rolling`. Started by test/load/run.ts. */
export default defineConfig({
  test: {
    include: ['test/load/*.load.ts'],
    setupFiles: ['reflect-metadata'],
    globalSetup: ['test/support/build-once.ts'],
    pool: 'forks',
    testTimeout: 0,
    hookTimeout: 60_000,
    reporters: ['default', './test/support/closing-line.reporter.ts'],
  },
});
