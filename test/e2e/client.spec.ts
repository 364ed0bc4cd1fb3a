import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { publint } from 'publint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeKey } from '../../src/access/key-file.js';
import { ARTICLE_ROW, startTestApp, type TestApp } from '../support/test-app.js';
import { type Outcome, runCommand } from '../support/run-command.js';

const COMMAND = 'dist/cli/client.js';
const TSC = resolve('node_modules/typescript/bin/tsc');

let folder: string;
let out: string;
let made: Outcome;
let service: TestApp;
let key: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensornest-client-'));
  // Where an application has its packages.
  out = join(folder, 'node_modules/@acme/models');
  const { key: text, sha256 } = makeKey();
  key = text;
  await writeFile(join(folder, 'key'), `${key}\n`);
  await writeFile(join(folder, 'keys.json'), JSON.stringify({ keys: [{ id: 'app', sha256 }] }));
  const KEYS_FILE = join(folder, 'keys.json');
  service = await startTestApp({ KEYS_FILE, STATE_DIR: join(folder, 'state') });
  const words = [service.url, '--out', out, '--name', '@acme/models', '--key-file', join(folder, 'key')];
  made = await runCommand(COMMAND, words);
}, 120_000);
afterAll(async () => {
  await service.close();
  await rm(folder, { recursive: true });
});

/** What the compiler says of an application that uses the client. */
async function compile(text: string): Promise<Outcome> {
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  await writeFile(join(folder, 'app.ts'), text);
  const options = ['--module', 'nodenext', '--target', 'es2023', '--strict', '--noEmit', '--lib', 'es2023,dom'];
  return runCommand(TSC, [...options, 'app.ts'], { cwd: folder });
}

const APP = `import { predictCarEvaluation, tensornest } from '@acme/models';
const client = tensornest({ baseUrl: 'http://127.0.0.1:8080', retries: 1, deadlineMs: 500, key: () => 'tnk_' });
const row = { buying: 'low', maint: 'med', doors: 4, persons: 'more', lug_boot: 'big', safety: 'high' } as const;
`;

describe('a generated client', () => {
  it('is a package that is ready to be published', async () => {
    expect(made).toMatchObject({ code: 0, stdout: expect.stringMatching(/@acme\/models@1\.0\.0, \d+ operations\n$/) });
    expect((await publint({ pkgDir: out, pack: false })).messages).toEqual([]);
    expect(await readdir(join(out, '..'))).toEqual(['models']);
    expect((await stat(out)).mode & 0o777).toBe(0o755);
    expect(await readFile(join(out, 'resilient-fetch.js'), 'utf8')).not.toContain('sourceMappingURL');
  });

  it('predicts', async () => {
    const { predict, tensornest } = await import(join(out, 'index.js'));
    const client = tensornest({ baseUrl: service.url, key, deadlineMs: 30_000 });
    const { data, error } = await predict({ client, body: { inputs: [ARTICLE_ROW] } });
    expect(error).toBeUndefined();
    expect(data).toMatchObject({ model: 'car-evaluation', predictions: [expect.any(Number)] });
  });

  it('gives the problem details of a refusal', async () => {
    const { predict, tensornest } = await import(join(out, 'index.js'));
    const client = tensornest({ baseUrl: service.url, key });
    const { error, response } = await predict({ client, body: { inputs: [{ ...ARTICLE_ROW, safety: 'none' }] } });
    expect(response.status).toBe(400);
    expect(error).toMatchObject({
      type: '/problems/invalid-input',
      errors: [{ pointer: '/inputs/0/safety', allowed: ['low', 'med', 'high'] }],
    });
    const anonymous = await predict({ client: tensornest({ baseUrl: service.url }), body: { inputs: [ARTICLE_ROW] } });
    expect(anonymous.error).toMatchObject({ status: 401 });
  });

  it('compiles where it is used as the model wants, with typed answers and errors', async () => {
    const { code, stdout } = await compile(`${APP}
const { data, error } = await predictCarEvaluation({ client, body: { inputs: [row] }, signal: AbortSignal.timeout(1) });
if (error) {
  const problems: { pointer: string; message: string }[] | undefined = error.errors;
  console.log(error.type satisfies string, error.status satisfies number, problems);
} else {
  const label: 'unacc' | 'acc' | 'good' | 'vgood' | undefined = data.results[0]?.label;
  console.log(label, data.results[0]?.probabilities.vgood satisfies number | undefined);
}
`);
    expect(stdout).toBe('');
    expect(code).toBe(0);
  }, 120_000);

  it('does not compile where a category, a field, a type or a whole row is wrong', async () => {
    const wrong = [
      `predictCarEvaluation({ client, body: { inputs: [{ ...row, safety: 'none' }] } });`,
      `predictCarEvaluation({ client, body: { inputs: [{ ...row, doors: 7 }] } });`,
      `predictCarEvaluation({ client, body: { inputs: [{ ...row, colour: 'red' }] } });`,
      `predictCarEvaluation({ client, body: { inputs: [{ buying: 'low' }] } });`,
      `predictCarEvaluation({ client, body: {} });`,
      `predictCarEvaluation({ client }).then(({ error }) => error?.nothing);`,
    ];
    const { stdout } = await compile(`${APP}${wrong.join('\n')}\n`);
    const first = APP.split('\n').length;
    const lines = [...stdout.matchAll(/app\.ts\((\d+),/g)].map(([, line]) => Number(line) - first);
    expect([...new Set(lines)]).toEqual(wrong.map((_, at) => at));
    expect(stdout).toContain(`'"none"' is not assignable to type '"high" | "low" | "med"'`);
  }, 120_000);
});

describe('the client command', () => {
  it('takes the document of a file too, and puts a new client in the place of an old one', async () => {
    const file = join(folder, 'small.json');
    const ask = { operationId: 'ask', responses: { 200: { description: 'An answer.' } } };
    const info = { title: 'API', version: '1.2.3' };
    await writeFile(file, JSON.stringify({ openapi: '3.1.0', info, paths: { '/ask': { get: ask } } }));
    const { code, stdout } = await runCommand(COMMAND, [file, '--out', out, '--name', '@acme/other']);
    expect([code, stdout]).toEqual([0, `${out}: @acme/other@1.2.3, 1 operations\n`]);
    expect(JSON.parse(await readFile(join(out, 'package.json'), 'utf8')).name).toBe('@acme/other');
  });

  it('starts the service itself where it is told of none, with what operators decided, and leaves no trace of it', async () => {
    const state = join(folder, 'own');
    await mkdir(state);
    const models = { 'car-evaluation': { aliases: { stable: '2.0.0' }, loaded: [], unloaded: [] } };
    await writeFile(join(state, 'serving.json'), JSON.stringify({ formatVersion: 1, models }));
    const env = { MODELS_DIR: 'models', STATE_DIR: state, FEEDBACK: 'true', KEYS_FILE: 'of-the-cluster.json' };
    const { code, stdout } = await runCommand(COMMAND, ['--out', join(folder, 'own-client')], { env });
    expect(stdout).toContain('tensornest-client@1.0.0');
    expect(code).toBe(0);
    expect(await readdir(state)).toEqual(['serving.json']);
  });

  it.each([
    [{ MODELS_DIR: 'test/support' }, 1, /No model of \S+test\/support is ready: "model list"/],
    [{ BODY_LIMIT: 'much' }, 2, /BODY_LIMIT must be a whole number/],
  ])('says why the service that it starts with %j has nothing to tell', async (env, code, message) => {
    const outcome = await runCommand(COMMAND, ['--out', join(folder, 'none')], { env });
    expect(outcome).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(message) });
    expect(existsSync(join(folder, 'none'))).toBe(false);
  });

  it.each([
    ['mine', 'mine/thesis.txt', /holds something that is no generated client: choose another folder with --out/],
    ['notes.txt', 'notes.txt', /notes\.txt is a file: choose a folder with --out/],
  ])("leaves %s alone, which is the user's own", async (target, file, message) => {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), 'years');
    const outcome = await runCommand(COMMAND, ['openapi.json', '--out', join(folder, target)]);
    expect(outcome).toMatchObject({ code: 1, stderr: expect.stringMatching(message) });
    expect(await readFile(join(folder, file), 'utf8')).toBe('years');
  });

  it.each<[string, () => Promise<readonly string[]>, number, RegExp]>([
    [
      'a file of keys that holds more than one',
      async () => {
        await writeFile(join(folder, 'two-keys'), 'tnk_one\ntnk_two\n');
        return [service.url, '--key-file', join(folder, 'two-keys')];
      },
      2,
      /two-keys must hold one key/,
    ],
    [
      'a document without a version',
      async () => {
        await writeFile(
          join(folder, 'no-version.json'),
          '{"openapi":"3.1.0","info":{"title":"API"},"paths":{"/a":{}}}',
        );
        return [join(folder, 'no-version.json')];
      },
      1,
      /holds no OpenAPI document: info\.version: Invalid input: expected string/,
    ],
    ['an impossible name', () => Promise.resolve(['--name', 'My Client']), 2, /My Client is no name of an npm package/],
    ['a service that asks for a key', () => Promise.resolve([service.url]), 2, /--key-file/],
    ['nothing that answers', () => Promise.resolve(['http://127.0.0.1:9']), 1, /127\.0\.0\.1:9 does not answer/],
    ['a file that is no JSON', () => Promise.resolve(['README.md']), 1, /README\.md holds no JSON/],
    ['a file that is no such document', () => Promise.resolve(['package.json']), 1, /holds no OpenAPI document/],
    ['a file that is not there', () => Promise.resolve(['none.json']), 1, /ENOENT.*none\.json/],
  ])('refuses %s and says what to do', async (_, words, code, message) => {
    const outcome = await runCommand(COMMAND, await words());
    expect(outcome.stderr).toMatch(message);
    expect(outcome.stderr).not.toMatch(/^ {4}at |tnk_/m);
    expect(outcome.code).toBe(code);
  });
});
