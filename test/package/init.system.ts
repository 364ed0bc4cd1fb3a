import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadConfig } from '../../src/config/load-config.js';
import { runCommand } from '../support/run-command.js';
import { ServiceProcess } from '../support/service-process.js';
import { installInto, type Packed, packProject } from './tarball.js';

let packed: Packed;
let home: string;
let folder: string;
let service: ServiceProcess | undefined;

beforeAll(async () => {
  packed = await packProject();
  home = await mkdtemp(join(tmpdir(), 'tensornest-home-'));
  await installInto(home, packed.path);
});
afterAll(async () => {
  await rm(dirname(packed.path), { recursive: true });
  await rm(home, { recursive: true });
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensornest-init-'));
});
afterEach(async () => {
  service?.signal('SIGKILL');
  await service?.exit();
  service = undefined;
  await rm(folder, { recursive: true });
});

const init = (...words: string[]) =>
  runCommand(join(home, 'node_modules/.bin/tensornest'), ['init', ...words], { cwd: folder });
const read = (...path: string[]) => readFile(join(folder, ...path), 'utf8');

async function begin(name: string, env: Record<string, string> = {}): Promise<string> {
  const own = join(folder, name);
  await installInto(own, packed.path);
  const { scripts } = JSON.parse(await read(name, 'package.json')) as { scripts: { start: string } };
  const [node, ...script] = scripts.start.split(' ');
  expect(node).toBe('node');
  service = new ServiceProcess({ AUDIT_LOG: undefined, BACKEND: undefined, ...env }, { cwd: own, script });
  return service.url();
}

describe('tensornest init, from the packed tarball', () => {
  it('makes a folder that serves a model as its README says, with the settings of its .env', async () => {
    const { code, stdout } = await init('my-service');
    expect([code, stdout]).toEqual([0, 'my-service is made. Next:\n\n  cd my-service\n  npm install\n  npm start\n']);
    expect((await readdir(join(folder, 'my-service'))).sort()).toEqual(
      ['.dockerignore', '.env', '.gitignore', 'Dockerfile', 'README.md', 'models', 'package.json'].sort(),
    );
    expect(JSON.parse(await read('my-service/package.json'))).toMatchObject({
      name: 'my-service',
      private: true,
      dependencies: { tensornest: expect.stringMatching(/^\^\d+\.\d+\.\d+$/) },
    });
    const url = await begin('my-service');
    const [command] = /curl[^]*?'\n(?=```)/.exec(await read('my-service/README.md'))!;
    const asked = await runCommand('-e', [
      `process.stdout.write(require('child_process').execFileSync('sh', ['-c', ${JSON.stringify(command.replace('http://127.0.0.1:8080', url))}]))`,
    ]);
    expect(JSON.parse(asked.stdout)).toMatchObject({ errors: null, model: 'car-evaluation', results: [{}] });
    // The audit log is where .env says.
    await expect.poll(() => read('my-service/state/audit.jsonl')).toContain('"type":"io.tensornest.inference');
    service!.signal('SIGINT');
    expect(await service!.exit()).toBe(0);
  });

  it('takes another model, an empty folder, and several processes', async () => {
    await mkdir(join(folder, 'birds'));
    expect(await init('birds', '--model', 'penguins', '--tensornest', '~0.1.0')).toMatchObject({ code: 0 });
    expect(await readdir(join(folder, 'birds/models'))).toEqual(['penguins']);
    expect(JSON.parse(await read('birds/package.json')).dependencies).toEqual({ tensornest: '~0.1.0' });
    const url = await begin('birds', { WEB_CONCURRENCY: '2' });
    const ready = await fetch(`${url}/health/ready`);
    expect(await ready.json()).toMatchObject({ info: { processes: { ready: 2, of: 2 } } });
  });

  it.each(['./t.tgz', 'file:t.tgz'])('takes the tarball %s along, for the install and for the image', async (spec) => {
    await writeFile(join(folder, 't.tgz'), 'packed');
    expect(await init('my-service', '--tensornest', spec)).toMatchObject({ code: 0 });
    expect(await read('my-service/t.tgz')).toBe('packed');
    expect(JSON.parse(await read('my-service/package.json')).dependencies).toEqual({ tensornest: 'file:t.tgz' });
    expect(await read('my-service/Dockerfile')).toContain('\nCOPY package.json package-lock.json t.tgz ./\n');
  });

  it('says at the start what is wrong with the settings', async () => {
    await init('my-service');
    await writeFile(join(folder, 'my-service/.env'), 'PORT=many\n');
    await installInto(join(folder, 'my-service'), packed.path);
    const bin = join(folder, 'my-service/node_modules/.bin/tensornest');
    const { code, stderr } = await runCommand(bin, ['serve'], { cwd: join(folder, 'my-service') });
    expect([code, stderr]).toEqual([1, expect.stringContaining('PORT must be a whole number')]);
    expect(await runCommand(bin, ['serve', 'what'])).toMatchObject({ code: 2 });
  });

  it('makes a Dockerfile of files that are there, settings that are right, and the same start', async () => {
    await init('my-service');
    const dockerfile = await read('my-service/Dockerfile');
    const [, settings] = /^ENV (.*)$/m.exec(dockerfile)!;
    const env = Object.fromEntries(settings!.split(' ').map((pair) => pair.split('=') as [string, string]));
    expect(() => loadConfig(env, false)).toThrow(/KEYS_FILE/);
    expect(() => loadConfig({ ...env, KEYS_FILE: 'keys.json' }, false)).not.toThrow();
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, names]) => names!.split(' '));
    const there = await readdir(join(folder, 'my-service'));
    // npm install writes the lock file.
    expect(copied.filter((name) => name !== 'package-lock.json' && !there.includes(name))).toEqual([]);
    const [, command] = /^CMD (\[.*\])$/m.exec(dockerfile)!;
    const { scripts } = JSON.parse(await read('my-service/package.json'));
    expect((parse(command!) as string[]).join(' ')).toBe(scripts.start);
    const ours = JSON.parse(await readFile('package.json', 'utf8')).scripts.start as string;
    const [, flags] = /^(node .*) dist\/service\/main\.js$/.exec(ours)!;
    expect(scripts.start).toBe(`${flags} node_modules/tensornest/dist/cli/tensornest.js serve`);
  });

  it('explains itself', async () => {
    const { code, stdout } = await init('--help');
    expect([code, stdout]).toEqual([0, expect.stringContaining('npx tensornest init my-service')]);
  });

  it.each([
    ['a name that npm does not take', ['My Service'], 2, '"My Service" is no name for a package'],
    ['a name that begins with a dot', ['.hidden'], 2, 'is no name for a package'],
    ['its own name', ['tensornest'], 2, 'is no name for a package'],
    ['no name', [], 2, "missing required argument 'folder'"],
    ['a model that does not ship', ['x', '--model', 'whales'], 2, 'Allowed choices are car-evaluation, penguins'],
    ['a tarball that there is not', ['x', '--tensornest', 'none.tgz'], 2, 'none.tgz is no file: --tensornest takes'],
    ['nothing to install', ['x', '--tensornest', ' '], 2, '--tensornest is empty: take a range such as'],
    [
      'a folder that is not empty',
      ['full'],
      2,
      'full is not empty (notes.txt is in it): choose another folder. Nothing was written.',
    ],
    ['a file', ['full/notes.txt'], 1, 'notes.txt cannot be made: it, or a part of its path, is a file.'],
    ['a path through a file', ['full/notes.txt/x'], 1, 'x cannot be made: it, or a part of its path, is a file.'],
    [
      'a place where nothing can be written',
      ['/proc/x'],
      1,
      '/proc/x cannot be made: there is no folder to make it in.',
    ],
  ])('refuses %s and leaves everything as it was', async (_, words, code, message) => {
    await mkdir(join(folder, 'full'));
    await writeFile(join(folder, 'full/notes.txt'), 'mine');
    const outcome = await init(...words);
    expect([outcome.code, outcome.stderr]).toEqual([code, expect.stringContaining(message)]);
    expect(outcome.stdout).toBe('');
    expect(await readdir(folder, { recursive: true })).toEqual(['full', 'full/notes.txt']);
  });
});
