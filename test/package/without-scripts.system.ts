import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ServiceProcess } from '../support/service-process.js';
import { ARTICLE_ROW } from '../support/test-app.js';

// A checkout on a machine with Node 24, where no package may run a script.
const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, '../..');
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensornest-checkout-'));
  const { stdout } = await run('git', ['ls-files', '-z'], { cwd: ROOT, maxBuffer: 2 ** 26 });
  for (const file of stdout.split('\0').filter((name) => name !== '')) await cp(join(ROOT, file), join(folder, file));
});
afterAll(() => rm(folder, { recursive: true }));

it('npm ci --ignore-scripts, and the build after it, are enough for the WebAssembly backend', async () => {
  const env = { ...process.env, PATH: [dirname(process.execPath), process.env.PATH].join(delimiter) };
  const npm = (...words: string[]) => run('npm', words, { cwd: folder, env, maxBuffer: 2 ** 26 });
  await npm('ci', '--ignore-scripts');
  await npm('run', 'build');
  const service = new ServiceProcess(
    { BACKEND: 'auto' },
    { cwd: folder, script: [join(folder, 'dist/service/main.js')] },
  );
  try {
    const url = await service.url();
    expect(await (await fetch(`${url}/api/v1/health`)).json()).toMatchObject({ backend: 'wasm' });
    const answer = await fetch(`${url}/api/v1/predict`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ inputs: [ARTICLE_ROW] }),
    });
    expect(await answer.json()).toMatchObject({ errors: null, results: [{ label: 'acc' }] });
  } finally {
    service.signal('SIGINT');
    await service.exit();
  }
}, 600_000);
