import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { baselineOf, git } from '../openapi/baseline.js';
import { runCommand } from '../support/run-command.js';

const check = (...words: string[]) => runCommand('test/release/check.ts', words);

/** A clone may be shallow, or a copy without git. */
function hasReleases(): boolean {
  try {
    baselineOf(git);
    return true;
  } catch {
    return false;
  }
}

it('what is to be released agrees with itself', async () => {
  const steps = hasReleases() ? ['versions', 'openapi'] : ['versions'];
  const { code, stdout } = await check('--only', steps.join());
  expect([code, stdout]).toEqual([0, expect.stringContaining(`\n${steps.length} passed, 0 failed\n`)]);
  for (const step of steps) expect(stdout).toMatch(new RegExp(`^passed {2}${step} \\(\\d+ s\\)$`, 'm'));
});

it('a release with changes that have no version yet does not pass', async () => {
  const open = (await readFile('CHANGELOG.md', 'utf8')).includes('## Unreleased');
  const { code, stdout } = await check('--only', 'versions', '--final');
  const last = open ? /"## Unreleased" must become[^]*\n0 passed, 1 failed\n$/ : /\n1 passed, 0 failed\n$/;
  expect([code, stdout]).toEqual([open ? 1 : 0, expect.stringMatching(last)]);
});

it.each([
  [['--only', 'everything'], /^error: there is no step everything: versions, lint, .*sbom/],
  [['--only'], /^error: .*--only <value>.* argument missing\nnpm run release:check -- /],
  [['--fast'], /^error: Unknown option '--fast'.*\nnpm run release:check -- /],
  [['all'], /^error: Unexpected argument 'all'.*\nnpm run release:check -- /],
])('the words %j are refused with those that there are', async (words, message) => {
  const { code, stdout, stderr } = await check(...words);
  expect([code, stdout, stderr]).toEqual([2, '', expect.stringMatching(message)]);
});
