import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { runCommand } from '../support/run-command.js';

const check = (...words: string[]) => runCommand('test/release/check.ts', words);

it('what is to be released agrees with itself', async () => {
  const { code, stdout } = await check('--only', 'versions,openapi');
  expect([code, stdout]).toEqual([
    0,
    expect.stringMatching(/passed {2}versions \(\d+ s\)\npassed {2}openapi[^]*\n2 passed, 0 failed\n$/),
  ]);
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
