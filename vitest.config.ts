import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.spec.ts', 'test/**/*.spec.ts'],
    exclude: ['node_modules', 'dist', 'test/bench/**'],
    setupFiles: ['reflect-metadata'],
    globalSetup: ['test/support/build-once.ts'],
    // TensorFlow.js has one backend per JavaScript realm, so every test file gets a process of its own.
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 60_000,
    reporters: ['default', './test/support/closing-line.reporter.ts'],
  },
});
