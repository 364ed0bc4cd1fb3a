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

it('a step that there is not is named, beside those that there are', async () => {
  const { code, stderr } = await check('--only', 'everything');
  expect([code, stderr]).toEqual([2, expect.stringMatching(/no step everything: versions, lint, .*sbom/)]);
});
