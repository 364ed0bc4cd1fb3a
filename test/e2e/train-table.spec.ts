import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lineProgress } from '../../src/cli/line-progress.js';
import { train as trainHere } from '../../src/cli/train-command.js';
import { readPackageFile } from '../../src/training/datasets/package-file.js';
import { openBrowser } from '../support/browser.js';
import { violations } from '../support/playground.js';
import { refusedTable } from '../support/refused-table.js';
import { runCommand } from '../support/run-command.js';
import { startTestApp } from '../support/test-app.js';

let folder: string;
const file = (name: string) => join(folder, name);
const train = (...words: string[]) => runCommand('dist/cli/train.js', [...words, '--models', file('models')]);

type Cell = string | number | null;

function csv(rows: readonly Record<string, Cell>[], delimiter = ','): string {
  const columns = Object.keys(rows[0]!);
  const lines = rows.map((row) => columns.map((column) => String(row[column] ?? '')).join(delimiter));
  return [columns.join(delimiter), ...lines].join('\n') + '\n';
}

const penguins = (JSON.parse(readPackageFile('vega-datasets', 'data/penguins.json')) as Record<string, Cell>[]).map(
  (bird) => Object.fromEntries(Object.entries(bird).map(([name, value]) => [name, value === '.' ? null : value])),
);
const cars = (JSON.parse(readPackageFile('vega-datasets', 'data/cars.json')) as Record<string, Cell>[]).flatMap(
  ({ Miles_per_Gallon: miles, ...car }) =>
    miles === null ? [] : [{ ...car, economy: Number(miles) < 18 ? 'low' : Number(miles) < 25 ? 'middle' : 'high' }],
);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensornest-table-'));
  await writeFile(file('penguins.csv'), csv(penguins));
  await writeFile(file('cars.tsv'), csv(cars, '\t'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('train penguins.csv --target Species', () => {
  const digest = async () =>
    createHash('sha256')
      .update(await readFile(file('models/penguins/1.0.0/weights.bin')))
      .digest('hex');
  let stdout: string;
  let stderr: string;
  beforeAll(async () => {
    const words = ['--target', 'Species', '--sensitive', 'Sex', '--report', file('report'), '--no-cross-validation'];
    const outcome = await train(file('penguins.csv'), ...words);
    ({ stdout, stderr } = outcome);
    expect(outcome.code).toBe(0);
  }, 60_000);

  it('says what it takes each column for', () => {
    expect(stderr).toMatch(/^Beak Length \(mm\) +numbers +2 missing$/m);
    expect(stderr).toMatch(/^Sex +2 categories, one-hot +11 missing$/m);
  });

  it('shows the model beside the majority and a logistic regression', () => {
    expect(stdout).toMatch(/^majority +0\.4419 /m);
    expect(stdout).toMatch(/^logistic regression +[01]\.\d{4} /m);
  });

  it('makes a package that is served at once, gaps and all', async () => {
    const service = await startTestApp({ MODELS_DIR: file('models') });
    const bird = { ...penguins[0], Species: undefined };
    const { status, body } = await service.post('/api/v1/models/penguins/predict', {
      inputs: [bird, { ...bird, Sex: null }],
    });
    expect(status).toBe(200);
    expect(JSON.stringify(body)).toContain('Adelie');
    await service.close();
  });

  it('reaches what is known of these birds', async () => {
    const { metrics } = JSON.parse(await readFile(file('models/penguins/1.0.0/manifest.json'), 'utf8'));
    expect(metrics.heldOut.accuracy).toBeGreaterThanOrEqual(0.96);
  });

  it('gives the same weights a second time, from the training file that the first run wrote', async () => {
    const first = await digest();
    const words = ['--report', file('again'), '--no-cross-validation'];
    const again = await train(file('penguins.csv'), ...words);
    expect(again.stderr).toContain(`As ${file('models/penguins/training/1.0.0.json')} says.`);
    expect(await digest()).toBe(first);
  }, 60_000);

  it('trains the same model by its name, and starts the service with it where --serve says so', async () => {
    const first = await digest();
    const words = ['penguins', '--models', file('models'), '--no-cross-validation', '--serve'];
    const env = { PATH: process.env.PATH, PORT: '0', AUDIT_LOG: 'off', BACKEND: 'wasm', STATE_DIR: file('state') };
    const child = spawn(process.execPath, ['dist/cli/train.js', ...words], {
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    for await (const text of child.stderr.setEncoding('utf8')) {
      said += text as string;
      if (/at http:\S+/.test(said)) break;
    }
    const url = /at (http:\S+)/.exec(said)?.[1];
    const answer = await fetch(`${url}/api/v1/predict`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ inputs: [{ ...penguins[0], Species: undefined }] }),
    });
    expect(await answer.text()).toContain('Adelie');
    expect(await digest()).toBe(first);
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    expect((await ended)[0]).toBe(0);
  }, 60_000);

  it('does as the training file was edited to say', async () => {
    const path = file('models/penguins/training/1.0.0.json');
    const text = await readFile(path, 'utf8');
    const config = JSON.parse(text);
    await writeFile(path, JSON.stringify({ ...config, failUnder: { accuracy: 1, macroF1: 1 }, title: 'Birds' }));
    const { code, stderr: complaint } = await train(file('penguins.csv'), '--report', file('again'), '--epochs', '1');
    expect(code).toBe(3);
    expect(complaint).toContain('No package was written.');
    await writeFile(path, text);
  }, 60_000);

  it('refuses options that the training file would leave without effect', async () => {
    const { code, stderr: complaint } = await refusedTable(
      file('penguins.csv'),
      '--exclude',
      'Sex',
      '--models',
      file('models'),
    );
    expect(code).toBe(2);
    expect(complaint).toMatch(/--exclude would have no effect; edit it, or add --fresh/);
  });

  it('writes the numbers and each plot beside the report', async () => {
    const metrics = JSON.parse(await readFile(file('report/metrics.json'), 'utf8'));
    expect(metrics.assessment).toMatchObject({ rocArea: expect.any(Number) });
    expect(metrics.heldOut.calibration.reliability.length).toBeGreaterThan(0);
    expect(metrics.assessment.intervals.accuracy.low).toBeLessThanOrEqual(metrics.heldOut.accuracy);
    expect(metrics.trials).toHaveLength(8);
    for (const plot of ['learning', 'confusion', 'calibration', 'roc', 'pr', 'importance']) {
      expect(await readFile(file(`report/${plot}.svg`), 'utf8')).toMatch(/^<svg xmlns="[^"]+" /);
    }
  });

  it('keeps sensitive values out of the report', async () => {
    expect(await readFile(file('report/report.html'), 'utf8')).not.toMatch(/FEMALE/);
  });

  it('writes a report that asks for nothing and is accessible, light and dark', async () => {
    const browser = await openBrowser();
    const page = await browser.newPage();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    const url = pathToFileURL(file('report/report.html')).href;
    await page.goto(url);
    expect(asked).toEqual([url]);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await violations(page)).toEqual([]);
    }
    await browser.close();
  }, 60_000);
});

describe('train cars.tsv', () => {
  it('refuses dates with a hint, and leaves out what identifies a row', async () => {
    const refused = await refusedTable(file('cars.tsv'), '--target', 'economy');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/"Year" holds dates such as 1970-01-01.*--exclude "Year"/);
    const words = ['--exclude', 'Year', '--ordinal', 'Origin=USA<Europe<Japan', '--no-cross-validation', '--json'];
    const { code, stdout, stderr } = await train(
      file('cars.tsv'),
      '--target',
      'economy',
      ...words,
      '--report',
      file('cars'),
    );
    expect(code).toBe(0);
    expect(stderr).toContain('"Name" looks like an identifier or free text');
    const { heldOut, baselines } = JSON.parse(stdout) as Printed;
    expect(heldOut.accuracy).toBeGreaterThan(baselines[0]!.evaluation.accuracy + 0.2);
    const { signature } = JSON.parse(await readFile(file('models/cars/1.0.0/manifest.json'), 'utf8'));
    const origin = signature.features.find(({ name }: { name: string }) => name === 'Origin');
    expect(origin).toMatchObject({ encoding: 'ordinal', values: ['USA', 'Europe', 'Japan'] });
  }, 90_000);
});

interface Printed {
  readonly heldOut: { readonly accuracy: number };
  readonly baselines: readonly { readonly evaluation: { readonly accuracy: number } }[];
}

/** The command itself, in this process. */
async function refuse(...words: string[]): Promise<{ code: number; stderr: string }> {
  let stderr = '';
  const err = (text: string) => void (stderr += text);
  const code = await trainHere(words, { out: () => undefined, err, progress: lineProgress(err) });
  return { code, stderr };
}

const GOOD = Array.from({ length: 60 }, (_, row) => ({
  a: row % 7,
  b: row % 5 === 0 ? 'x' : 'y',
  y: row % 2 ? 'no' : 'yes',
}));
const changed = (row: number, change: object) =>
  csv(GOOD.map((cells, at) => (at === row ? { ...cells, ...change } : cells)));

describe('a table that nothing can be learnt from', () => {
  it.each([
    [
      'no target',
      csv(GOOD),
      ['--target', 'class'],
      1,
      '--target: TABLE has no column "class"; its columns are a, b, y',
    ],
    ['no word for the target', csv(GOOD), [], 2, 'class; the columns are a, b, y.'],
    ['one class', csv(GOOD.map((row) => ({ ...row, y: 'yes' }))), ['--target', 'y'], 1, '"y" is "yes" in every row'],
    ['a class with one row', changed(3, { y: 'maybe' }), ['--target', 'y'], 1, 'has one row (line 5)'],
    ['mixed types', changed(9, { a: 'oops' }), ['--target', 'y'], 1, '"a" holds numbers, but "oops" in line 11'],
    ['a malformed line', csv(GOOD) + '1,x\n', ['--target', 'y'], 1, 'line 62: has 2 cells, but the first line names 3'],
    ['an open quote', csv(GOOD) + '1,"x,yes\n', ['--target', 'y'], 1, 'a quote that opens here is never closed'],
    ['two columns of one name', 'a,a,y\n1,2,yes\n', ['--target', 'y'], 1, 'the column "a" is there twice'],
    ['too few rows', csv(GOOD.slice(0, 20)), ['--target', 'y'], 1, 'has 20 rows; at least 40 are needed'],
    ['nothing', '', ['--target', 'y'], 1, 'is empty: its first line must name the columns'],
    [
      'a target of numbers',
      csv(Array.from({ length: 200 }, (_, y) => ({ a: y % 3, y }))),
      ['--target', 'y'],
      1,
      '200 different values',
    ],
    [
      'useless columns',
      csv(GOOD.map(({ y }) => ({ a: 1, b: '', y }))),
      ['--target', 'y'],
      1,
      'No column is left to learn from. "a" is "1" in every row: it is left out. "b" is empty in every row',
    ],
    [
      'numbers as people write them',
      csv(GOOD.map((row) => ({ ...row, a: `"1,${100 + row.a}"` }))),
      ['--target', 'y'],
      1,
      '"a" holds numbers written as "1,100" (line 2): write them with digits and a decimal point alone',
    ],
    ['no rows', 'a,b,y\n', ['--target', 'y'], 1, 'TABLE names its columns, but has no rows.'],
    ['a stray quote', csv(GOOD) + '1,x"y,yes\n', ['--target', 'y'], 1, 'line 62: a quote stands within a cell: put'],
  ])(
    'is refused with the place and the fix, and leaves nothing behind: %s',
    async (name, text, words, code, message) => {
      const place = join(folder, 'bad', name.replaceAll(' ', '-'));
      await mkdir(place, { recursive: true });
      await writeFile(join(place, 'table.csv'), text);
      const outcome = await refusedTable(join(place, 'table.csv'), ...words, '--models', join(place, 'models'));
      expect(outcome.code).toBe(code);
      expect(outcome.stderr).toContain(message.replace('TABLE', join(place, 'table.csv')));
      expect(outcome.stderr).not.toMatch(/\n\s+at /);
      expect(readdirSync(place)).toEqual(['table.csv']);
    },
  );

  it('is refused as JSON Lines with the line of the cell that is no value', async () => {
    const lines = GOOD.map((row, at) => JSON.stringify(at === 4 ? { ...row, a: [1] } : row));
    await writeFile(file('nested.jsonl'), lines.join('\n'));
    const { code, stderr } = await refusedTable(file('nested.jsonl'), '--target', 'y');
    expect(code).toBe(1);
    expect(stderr).toContain('line 5: "a" is an object or a list');
  });

  it('is refused where there is no such file', async () => {
    const { code, stderr } = await refuse(file('none.csv'), '--target', 'y');
    expect(code).toBe(2);
    expect(stderr).toContain('There is no file');
  });

  it('is refused where its name does not say what it is', async () => {
    await writeFile(file('table.xlsx'), 'PK');
    const { code, stderr } = await refuse(file('table.xlsx'), '--target', 'y');
    expect(code).toBe(2);
    expect(stderr).toContain(
      'is no table that can be read: the name of one ends in .csv, .tsv, .tab, .jsonl, .ndjson.',
    );
  });

  // Root may write everywhere, except where nothing can be.
  it.runIf(process.platform === 'linux').each([
    ['--out', refusedTable],
    ['--models', refusedTable],
    ['--report', refuse],
  ])('is not even read where %s is a place that takes no files, even for root', async (flag, refused) => {
    const { code, stderr } = await refused(file('none.csv'), '--target', 'y', flag, '/proc/none');
    expect(code).toBe(1);
    expect(stderr).toMatch(
      new RegExp(`^error: /proc/none\\S* cannot be written \\(E\\w+\\); ${flag} names another folder\\.\n$`),
    );
  });

  it('is not even read where a file stands in the place of the package', async () => {
    await mkdir(file('taken'), { recursive: true });
    await writeFile(file('taken/none'), '');
    const { code, stderr } = await refusedTable(file('none.csv'), '--target', 'y', '--out', file('taken'));
    expect(code).toBe(1);
    expect(stderr).toContain(`${file('taken/none')} is no folder, so nothing can be written there`);
  });

  it('is not even read where the package could not be written', async () => {
    await writeFile(file('table.csv'), csv(GOOD));
    await writeFile(file('blocked'), 'a file where a folder should be');
    const words = ['--target', 'y', '--models', file('none'), '--out', file('blocked')];
    const { code, stderr } = await refuse(file('table.csv'), ...words);
    expect(code).toBe(1);
    expect(stderr).toBe(
      `error: ${file('blocked')} is no folder, so nothing can be written there; --out names another.\n`,
    );
    expect(existsSync(file('none'))).toBe(false);
  });
});
