import { defineConfig } from 'vitest/config';

/** Real faults in real processes and a real page, with times that are promises: they have the machine to themselves. */
const TIMED = ['test/faults/**/*.spec.ts', 'test/e2e/playground-speed.spec.ts'];

export default defineConfig({
  test: {
    setupFiles: ['reflect-metadata'],
    globalSetup: ['test/support/build-once.ts'],
    // TensorFlow.js has one backend per JavaScript realm, so every test file gets a process of its own.
    pool: 'forks',
    // No promise, but an end for what hangs: a process takes seconds to start where the machine is busy.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ['default', './test/support/closing-line.reporter.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'tests',
          include: ['src/**/*.spec.ts', 'test/**/*.spec.ts'],
          exclude: ['**/node_modules/**', 'dist', 'test/bench/**', ...TIMED],
          // Much of a test is waiting: for processes that start and pages that load.
          maxWorkers: '100%',
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: 'faults', include: TIMED, maxWorkers: 1, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
