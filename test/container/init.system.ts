import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { installInto, type Packed, packProject } from '../package/tarball.js';
import { writeFigures } from '../support/figures.js';
import { runCommand } from '../support/run-command.js';
import { ARTICLE_ROW } from '../support/test-app.js';
import { Container, HARDENED } from './container.js';
import { type Engine, findEngine } from './engine.js';

// What `tensornest init` makes, from the packed tarball to the container, as its README says.
const IMAGE = 'localhost/tensornest-init:test';
const NAME = 'my-service';
const run = promisify(execFile);
const figures: Record<string, unknown> = {};
let engine: Engine;
let packed: Packed;
let home: string;
let key: string;
let container: Container | undefined;

const ours = (...path: string[]) => join(home, NAME, ...path);

beforeAll(async () => {
  engine = findEngine();
  packed = await packProject();
  home = await mkdtemp(join(tmpdir(), 'tensornest-home-'));
  await installInto(home, packed.path);
  const bin = join(home, 'node_modules/.bin/tensornest');
  const made = await runCommand(bin, ['init', NAME, '--tensornest', packed.path], { cwd: home });
  expect(made).toMatchObject({ code: 0, stderr: '' });
  // The lock file is all that the image needs of `npm install`.
  await run('npm', ['install', '--package-lock-only', '--ignore-scripts'], { cwd: ours() });
  const { stdout } = await runCommand(bin, ['key', 'me', '--file', 'keys.json'], { cwd: ours() });
  [key = ''] = /\S{40,}/.exec(stdout) ?? [];
  await chmod(ours('keys.json'), 0o644);
  await Promise.all([home, ours()].map((folder) => chmod(folder, 0o755)));
  const started = performance.now();
  await engine.build(IMAGE, { folder: ours(), dockerfile: 'Dockerfile' });
  figures.buildSeconds = Math.round((performance.now() - started) / 1_000);
});
afterAll(async () => {
  await rm(home, { recursive: true });
  await rm(dirname(packed.path), { recursive: true });
  writeFigures('container-init', figures);
});
afterEach(async () => {
  await container?.remove();
  container = undefined;
});

it('answers who has the key that it made, as nobody in particular, and ends with code 0', async () => {
  container = await Container.start(engine, IMAGE, {
    words: [...HARDENED, `--volume=${ours('keys.json')}:/app/keys.json:ro`],
    env: { KEYS_FILE: '/app/keys.json', DRAIN_SECONDS: '1' },
  });
  figures.readyMs = Math.round(await container.ready());
  expect((await container.predict(ARTICLE_ROW)).status).toBe(401);
  const answer = await container.predict(ARTICLE_ROW, { authorization: `Bearer ${key}` });
  expect(await answer.json()).toMatchObject({ errors: null, model: 'car-evaluation', results: [{ label: 'acc' }] });
  expect(await container.exec(['cat', '/proc/1/status'])).toMatch(/^Uid:\t1000\t1000\t1000\t1000$/m);
  const check = await imageOf<string[]>('{{json .Config.Healthcheck.Test}}');
  await container.exec(check.slice(1));
  await expect(container.exec(check.slice(1), { PORT: '1' })).rejects.toMatchObject({ code: 1 });
  await container.signal('TERM');
  expect(await container.ended()).toBe(0);
});

it('listens everywhere, has none of the settings and keys of its folder, and does not start without saying who may ask', async () => {
  const env = await imageOf<string[]>('{{json .Config.Env}}');
  expect(env).toContain('HOST=0.0.0.0');
  expect(env.join()).not.toContain('ANONYMOUS_ACCESS');
  container = await Container.start(engine, IMAGE, { words: HARDENED });
  expect(await container.ended()).not.toBe(0);
  expect(await container.log()).toContain('KEYS_FILE');
  const words = ['run', '--rm', ...engine.runWords, '--entrypoint=ls', IMAGE, '-A', '/app'];
  const { stdout } = await run(engine.program, words);
  expect(stdout.trim().split('\n').sort()).toEqual(['models', 'node_modules', 'package.json', 'state']);
});

it('takes less than 450 MB', async () => {
  figures.imageMegabytes = Math.round((await imageOf<number>('{{.Size}}')) / 1e6);
  expect(figures.imageMegabytes).toBeLessThan(450);
});

async function imageOf<Value>(format: string): Promise<Value> {
  const { stdout } = await run(engine.program, ['image', 'inspect', '--format', format, IMAGE]);
  return JSON.parse(stdout) as Value;
}
