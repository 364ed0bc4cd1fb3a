import type { Reporter, TestModule } from 'vitest/node';

/** Ends the run with `N passed, N failed`, which any continuous integration can read. */
export default class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const passed = tests.filter((test) => test.result().state === 'passed').length;
    const failed = tests.filter((test) => test.result().state === 'failed').length;
    // A file that does not load, or an error outside of any test, is a failure too.
    const broken = modules.filter((module) => module.errors().length > 0).length + errors.length;
    process.once('exit', () => {
      process.stdout.write(`\n${passed} passed, ${failed + broken} failed\n`);
    });
  }
}
