import { execFileSync } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runCommand } from '../support/run-command.js';

// The command in a repository of its own, from before the first release to after the second.
const SCRIPT = resolve('test/openapi/breaking.ts');
let folder: string;

const git = (...words: string[]) =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example', ...words], { cwd: folder, encoding: 'utf8' });
const check = (...words: string[]) => runCommand(SCRIPT, words, { cwd: folder });

async function commit(version: string, paths: readonly string[]): Promise<void> {
  const answers = { get: { operationId: 'ask', responses: { 200: {} } } };
  const document = { openapi: '3.1.0', paths: Object.fromEntries(paths.map((path) => [path, answers])) };
  await writeFile(join(folder, 'openapi.json'), JSON.stringify(document));
  await writeFile(join(folder, 'package.json'), JSON.stringify({ version }));
  git('add', '.');
  git('commit', '--quiet', '--allow-empty', '-m', version);
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensornest-releases-'));
  git('init', '--quiet', '--initial-branch=main');
  await commit('0.1.0', ['/a', '/b']);
});
afterEach(() => rm(folder, { recursive: true }));

it('tells before the first release what differs from the base branch, and refuses nothing', async () => {
  git('checkout', '--quiet', '-b', 'work');
  await commit('0.1.0', ['/a']);
  const { code, stdout } = await check();
  expect([code, stdout]).toEqual([
    0,
    expect.stringMatching(/^GET \/b is gone\nNo release yet .*: compared with main at \w{12}\.\n1 changes break/),
  ]);
});

it.each([
  ['1.0.0', '1.1.0', 1, '1.1.0 may not: keep'],
  ['1.0.0', '2.0.0', 0, '2.0.0 may: it says so'],
  ['0.1.0', '0.1.1', 1, '0.1.1 may not: keep'],
  ['0.1.0', '0.2.0', 0, '0.2.0 may: it says so'],
])('compares with the release %s, after which %s ends with %s', async (released, version, ends, last) => {
  // What is no release, and sorts above it.
  for (const tag of [`v${released}`, 'v3.0.0-rc.1', 'very-old']) git('tag', tag);
  await commit(version, ['/a']);
  const { code, stdout } = await check();
  expect([code, stdout]).toEqual([
    ends,
    expect.stringContaining(`GET /b is gone\n1 changes since v${released} break clients.\n${last}`),
  ]);
});

it('compares with the newest release, by number and not by letter, and passes where nothing breaks', async () => {
  git('tag', 'v1.9.0');
  await commit('1.10.0', ['/a', '/b', '/c']);
  git('tag', 'v1.10.0');
  await commit('1.11.0', ['/a', '/b', '/c', '/d']);
  expect(await check()).toMatchObject({ code: 0, stdout: '0 changes since v1.10.0 break clients.\n' });
  await commit('1.11.0', ['/a', '/b']);
  expect(await check()).toMatchObject({ code: 1 });
  expect(await check('v1.9.0')).toMatchObject({ code: 0, stdout: '0 changes since v1.9.0 break clients.\n' });
});

it('does not take a clone without its releases for a project without any', async () => {
  const whole = folder;
  git('tag', 'v1.0.0');
  await commit('1.0.1', ['/a']);
  folder = await mkdtemp(join(tmpdir(), 'tensornest-shallow-'));
  git('clone', '--quiet', '--depth=1', '--no-tags', `file://${whole}`, '.');
  const { code, stderr } = await check();
  await rm(whole, { recursive: true });
  expect([code, stderr]).toEqual([2, expect.stringContaining('git fetch --unshallow --tags')]);
});

it('says so where there is nothing to compare with', async () => {
  git('branch', '-m', 'elsewhere');
  expect(await check()).toMatchObject({ code: 2, stderr: expect.stringContaining('no branch main') });
  await cp(join(folder, '.git'), join(folder, 'aside'), { recursive: true });
  await rm(join(folder, '.git'), { recursive: true });
  expect(await check()).toMatchObject({ code: 2, stderr: expect.stringContaining('no clone of a git repository') });
});

it('names what it was given and cannot use', async () => {
  expect(await check('v9')).toMatchObject({ code: 2, stderr: expect.stringMatching(/^error: v9 is no commit or tag/) });
  expect(await check('main', 'v9')).toMatchObject({ code: 2, stderr: expect.stringContaining('takes one of them') });
  await writeFile(join(folder, 'openapi.json'), '{');
  expect(await check()).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^error: openapi\.json cannot be read, "npm run openapi" writes it/),
  });
});
