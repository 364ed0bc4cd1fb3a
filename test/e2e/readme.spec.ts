import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseKeyFile } from '../../src/access/key-file.js';
import { variables } from '../../src/config/load-config.js';
import { loadConfig } from '../../src/config/load-config.js';
import { ARTICLE_ROW, startTestApp, type TestApp } from '../support/test-app.js';

const run = promisify(execFile);
const readme = await readFile('README.md', 'utf8');

interface Block {
  readonly language: string;
  readonly text: string;
}

const blocks: Block[] = [...readme.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].map(([, language, text]) => ({
  language: language!,
  text: text!.trim(),
}));
const commands = blocks.filter(({ language }) => language === 'sh').map(({ text }) => text);

let service: TestApp;
beforeAll(async () => {
  service = await startTestApp();
});
afterAll(() => service.close());

/** The ids of request and prediction differ each time; everything else must be as printed. */
const withoutId = (text: string): unknown => ({ ...JSON.parse(text), instance: undefined, id: undefined });

it('the README shows the export from scikit-learn that the fixtures were made with', async () => {
  const [shown] = blocks.filter(({ language, text }) => language === 'python' && text.includes('sklearn'));
  expect(shown?.text).toBe((await readFile('test/fixtures/sklearn/export_sklearn.py', 'utf8')).trim());
});

describe('every command of the README', () => {
  it('is one of those that are tried here', () => {
    const [install, ...others] = commands;
    expect(install).toMatch(/^npm ci && npm start .*\nnpm ci && npm test/);
    for (const command of others) {
      expect(command).toMatch(
        /^(curl -s|npm run model -- |npm run train -- car-evaluation$|npm run bench$|npm run conform -- |npm run key -- |npm run client -- |npm run audit -- (verify|replay) )/,
      );
    }
  });

  it.each(commands.filter((text) => text.startsWith('curl')))('answers as printed: %s', async (command) => {
    const printed = blocks[blocks.findIndex(({ text }) => text === command) + 1]!;
    expect(printed.language).toBe('json');
    const { stdout } = await run('bash', ['-c', command.replace('http://127.0.0.1:8080', service.url)]);
    expect(withoutId(stdout)).toEqual(withoutId(printed.text));
  });

  it.each(commands.filter((text) => text.startsWith('npm run model')))('prints as printed: %s', async (command) => {
    const printed = blocks[blocks.findIndex(({ text }) => text === command) + 1]!;
    const { stdout } = await run('bash', ['-c', command.replace('npm run', 'npm run --silent')]);
    expect(stdout.trim()).toBe(printed.text);
  });

  it.each(commands.filter((text) => text.startsWith('npm run audit')))('finds a log as it is: %s', async (command) => {
    const folder = await mkdtemp(join(tmpdir(), 'tensornest-readme-'));
    const audited = await startTestApp({ AUDIT_LOG: join(folder, 'audit.jsonl'), STATE_DIR: folder });
    await audited.predict([ARTICLE_ROW]);
    await audited.close();
    const { stdout } = await run('bash', ['-c', command.replace('audit.jsonl', join(folder, 'audit.jsonl'))]);
    await rm(folder, { recursive: true });
    const verdicts = {
      verify: 'All there, unchanged and in order (1 lines)',
      replay: '0 of 1 recorded decisions change',
    };
    expect(stdout).toContain(verdicts[/ (verify|replay) /.exec(command)![1] as keyof typeof verdicts]);
  });

  it.each(commands.filter((text) => text.startsWith('npm run key')))('makes a key: %s', async (command) => {
    const folder = await mkdtemp(join(tmpdir(), 'tensornest-readme-'));
    const file = join(folder, 'keys.json');
    try {
      const { stdout } = await run('bash', [
        '-c',
        command.replace('npm run', 'npm run --silent').replace('keys.json', file),
      ]);
      expect(stdout).toMatch(/^tnk_[\w-]{43}\n$/);
      expect(parseKeyFile(await readFile(file, 'utf8'))).toHaveLength(1);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it.each(commands.filter((text) => text.startsWith('npm run client')))('makes a client: %s', async (command) => {
    const folder = await mkdtemp(join(tmpdir(), 'tensornest-readme-'));
    try {
      const here = command.replace('http://127.0.0.1:8080', service.url).replace('dist/client', join(folder, 'client'));
      const { stdout } = await run('bash', ['-c', here.replace('npm run', 'npm run --silent')]);
      expect(stdout).toContain('@acme/models@');
      const { tensornest, predictCarEvaluation } = await import(join(folder, 'client/index.js'));
      const client = tensornest({ baseUrl: service.url, deadlineMs: 60_000 });
      const { data } = await predictCarEvaluation({ client, body: { inputs: [ARTICLE_ROW] } });
      expect(data.predictions).toHaveLength(1);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('for installing is what continuous integration runs on a clean clone', async () => {
    const script = await readFile('.ci/run', 'utf8');
    expect(script).toMatch(/^step npm ci$/m);
    expect(script).toMatch(/^step npm test$/m);
    expect(script).toMatch(/^step npm run --silent bench -- --quick$/m);
  });
});

describe('the table of configuration', () => {
  it('names every variable, with its default', () => {
    const rows = new Map(
      [...readme.matchAll(/^\| `([A-Z0-9_]+)` \| (.*?) \|/gm)].map(([, name, value]) => [
        name!,
        value!.replaceAll('`', ''),
      ]),
    );
    expect([...rows.keys()].sort()).toEqual(Object.keys(variables()).sort());
    for (const [name, value] of Object.entries(variables())) {
      if (value === undefined) continue;
      expect([name, rows.get(name)]).toEqual([
        name,
        typeof value === 'object' ? value.join() || 'none' : String(value),
      ]);
    }
    expect(() => loadConfig({}, false)).not.toThrow();
  });
});

describe('every file that the documents name', () => {
  it.each(['README.md', 'ARCHITECTURE.md', 'SECURITY.md'])('exists: %s', async (document) => {
    const text = await readFile(document, 'utf8');
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)\)|`((?:src|test|models|docker)\/[\w./-]+\.\w+)`/g)];
    for (const [, link, path] of links) await expect(readFile((link ?? path)!)).resolves.toBeDefined();
  });
});
