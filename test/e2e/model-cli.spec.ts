import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allCarRows } from '../support/car-rows.js';
import { copyPackage, type PackageFolder } from '../support/package-factory.js';
import { type Outcome, runCommand, type RunOptions } from '../support/run-command.js';
import { writeTensorModels } from '../support/tensor-models.js';
import { startTestApp } from '../support/test-app.js';

const HEAD = 'buying,maint,doors,persons,lug_boot,safety';
const GOOD = 'vhigh,med,4,more,med,high';
const GOOD_ROW = { buying: 'vhigh', maint: 'med', doors: 4, persons: 'more', lug_boot: 'med', safety: 'high' };

let shipped: PackageFolder;
let damaged: PackageFolder;

beforeAll(async () => {
  shipped = await copyPackage();
  await cp('models/car-evaluation/1.0.0', join(shipped.models, 'car-evaluation/1.0.0'), { recursive: true });
  await cp('models/penguins', join(shipped.models, 'penguins'), { recursive: true });
  damaged = await copyPackage();
  const weights = await readFile(damaged.file('weights.bin'));
  weights[0]! ^= 1;
  await damaged.write('weights.bin', weights);
});
afterAll(() => Promise.all([shipped.remove(), damaged.remove()]));

/** `npm run model -- ...` in the folder of the shipped packages. */
function model(words: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const env = { MODELS_DIR: shipped.models, ...options.env };
  return runCommand(resolve('dist/cli/model.js'), words, { cwd: shipped.models, ...options, env });
}

const json = async (...words: string[]) => JSON.parse((await model([...words, '--json'])).stdout);

async function file(name: string, content: string): Promise<string> {
  const path = join(shipped.models, name);
  await writeFile(path, content);
  return path;
}

const jsonLines = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('every command', () => {
  it.each([
    [['lsit'], 'Did you mean list?'],
    [['list', '--jsno'], 'Did you mean --json?'],
    [['list', 'car-evaluation'], 'too many arguments'],
    [['inspect'], "missing required argument 'package'"],
    [['inspect', 'car-evalution'], 'did you mean "car-evaluation"?'],
    [['inspect', 'zebra'], 'there is car-evaluation, penguins'],
    [['inspect', 'car-evaluation@3'], 'There is no version 3 of "car-evaluation"; there is 2.0.0, 1.0.0.'],
    [['inspect', 'car-evaluation@newest'], '"newest" is no version and no semver range'],
    [['inspect', './nowhere'], './nowhere: is no model package'],
    [['list', '--models', './nowhere'], '--models or MODELS_DIR names another one'],
    [['diff', 'car-evaluation'], "missing required argument 'after'"],
    [['diff', 'penguins', 'penguins', '--examples', '-1'], 'It must be a whole number'],
    [['predict', 'penguins'], "required option '-i, --input <file>' not specified"],
    [['predict', 'penguins', '-i', 'rows.txt'], 'add --input-format csv or --input-format jsonl'],
    [['predict', 'penguins', '-i', '-'], 'Standard input does not say what it holds'],
    [['predict', 'penguins', '-i', 'nowhere.csv'], 'There is no file "nowhere.csv".'],
    [['predict', 'penguins', '-i', 'rows.csv', '-o', './rows.csv'], 'would overwrite the rows'],
    [['predict', 'penguins', '-i', 'rows.csv', '-o', 'nowhere/a.csv'], 'cannot be written'],
    [['predict', 'penguins', '-i', 'rows.csv', '--format', 'xml'], 'Allowed choices are csv, jsonl'],
  ])('ends with 2 on wrong usage and says what to write instead: %j', async (words, message) => {
    const { code, stdout, stderr } = await model(words);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('puts the reason into one JSON document when it is asked for one', async () => {
    const { code, stdout, stderr } = await model(['inspect', 'car-evalution', '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(stdout).error).toEqual({ code: 'usage', message: stderr.trim().replace('error: ', '') });
    expect(JSON.parse((await model(['lsit', '--json'])).stdout).error.code).toBe('usage');
  });

  it('ends with 2 on a configuration that cannot be used, and names the variable', async () => {
    const { code, stderr } = await model(['list'], { env: { PORT: 'eighty' } });
    expect(code).toBe(2);
    expect(stderr).toContain('PORT');
  });

  it('explains itself with examples', async () => {
    const { code, stdout } = await model(['--help']);
    expect(code).toBe(0);
    const names = [...stdout.matchAll(/^ {2}(\w+) \[options\]/gm)].map(([, name]) => name!);
    expect(names).toEqual(expect.arrayContaining(['list', 'inspect', 'diff', 'predict']));
    for (const name of names) {
      const help = await model([name, '--help']);
      expect(help.stdout).toContain(`Examples:\n  model ${name}`);
      expect(help.stdout).toContain('--json');
    }
  });
});

describe('model list', () => {
  it('shows every version with its size and what it reaches', async () => {
    const { code, stdout } = await model(['list']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^car-evaluation +2\.0\.0 +32\.4 KiB +0\.9977 +0\.9983 +no +sound$/m);
    const { models } = await json('list');
    expect(models.map(({ name, version }: any) => `${name}@${version}`)).toEqual([
      'car-evaluation@2.0.0',
      'car-evaluation@1.0.0',
      'penguins@1.0.0',
    ]);
    const { metrics } = await shipped.json('manifest.json');
    expect(models[0].accuracy).toBe(metrics.heldOut.accuracy);
  });

  it('shows a damaged package, and why', async () => {
    const { code, stdout } = await model(['list', '--models', damaged.models]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^car-evaluation +2\.0\.0 .* damaged$/m);
    expect(stdout).toMatch(/^car-evaluation@2\.0\.0: weights\.bin: its SHA-256 is /m);
  });
});

describe('model inspect', () => {
  it('shows signature, metrics, digest and files', async () => {
    const { code, stdout } = await model(['inspect', 'penguins']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^digest +sha256:[0-9a-f]{64}$/m);
    expect(stdout).toMatch(/^ {2}body_mass_g +number from \d+ to \d+ g, \d+ when missing/m);
    expect(stdout).toMatch(/^weights\.bin +\d+ B +[0-9a-f]{64}$/m);
    expect(stdout).toMatch(
      /^Expected calibration error of the winning class, .*: 0\.\d{4}; no temperature was applied\.$/m,
    );
    const { manifest, inputs, signed } = await json('inspect', 'car-evaluation@^2');
    expect({ inputs, signed }).toEqual({ inputs: 1728, signed: false });
    expect(manifest).toEqual(await shipped.json('manifest.json'));
  });

  it('takes the path of a package too', async () => {
    expect((await json('inspect', shipped.path)).manifest.version).toBe('2.0.0');
  });

  it('ends with 4 on a damaged package and names the file', async () => {
    const { code, stdout, stderr } = await model(['inspect', damaged.path, '--json']);
    expect(code).toBe(4);
    expect(stderr).toMatch(/^error: weights\.bin: its SHA-256 is /);
    expect(JSON.parse(stdout).error.code).toBe('digest-mismatch');
  });
});

describe('model diff', () => {
  const bothVersions = ['car-evaluation@1.0.0', 'car-evaluation@2.0.0'] as const;

  it('compares two versions on every input that there is', async () => {
    const rows = await file(
      'all.jsonl',
      allCarRows()
        .map((row) => JSON.stringify(row))
        .join('\n'),
    );
    const [before, after] = await Promise.all(
      bothVersions.map(async (name) => jsonLines((await model(['predict', name, '-i', rows])).stdout)),
    );
    const changed = before!.filter(({ label }, row) => label !== after![row].label).length;
    expect(changed).toBeGreaterThan(0);

    const difference = await json('diff', ...bothVersions, '--examples', '3');
    expect(difference).toMatchObject({ comparedOn: 'all', inputs: 1728, changed, agreement: 1 - changed / 1728 });
    const cell = (from: string, to: string) =>
      before!.filter(({ label }, row) => label === from && after![row].label === to).length;
    const { labels, confusionMatrix, examples } = difference;
    expect(confusionMatrix).toEqual(labels.map((from: string) => labels.map((to: string) => cell(from, to))));
    expect(examples).toHaveLength(3);
    expect(examples[0].before.label).not.toBe(examples[0].after.label);
    expect(difference.metrics.figures[0].after).toBe((await shipped.json('manifest.json')).metrics.heldOut.accuracy);
  });

  it('finds no difference between a package and itself', async () => {
    const difference = await json('diff', 'car-evaluation', shipped.path);
    expect(difference).toMatchObject({ inputs: 1728, changed: 0, agreement: 1, largestChange: 0, examples: [] });
  });

  it('compares on the golden inputs where there is no end of inputs', async () => {
    const golden = JSON.parse(await readFile('models/penguins/1.0.0/golden.json', 'utf8'));
    const inputs = new Set(golden.records.map(({ input }: any) => JSON.stringify(input))).size;
    expect(await json('diff', 'penguins', 'penguins')).toMatchObject({ comparedOn: 'golden', inputs, changed: 0 });
  });

  it('compares on rows of a file, and ends with 1 when some of them are refused', async () => {
    const rows = await file('some.csv', `${HEAD}\n${GOOD}\n${GOOD.replace('high', 'hihg')}\n`);
    const { code, stdout, stderr } = await model(['diff', ...bothVersions, '--data', rows]);
    expect(code).toBe(1);
    expect(stderr).toContain('some.csv:3: buying must be one of');
    expect(stdout).toMatch(/^On the rows of the file: \d of 1 change class .* 1 rows were refused\.$/m);
  });

  it('shows metrics, counts, matrix and inputs to people', async () => {
    const { code, stdout } = await model(['diff', ...bothVersions, '--examples', '2']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^accuracy +0\.\d{4} +0\.9977 +\+0\.\d{4}$/m);
    expect(stdout).toMatch(/^On all inputs that the signature allows: \d+ of 1728 change class/m);
    expect(stdout).toMatch(/^1\.0\.0 \\ 2\.0\.0 +unacc +acc +good +vgood$/m);
    expect(stdout).toMatch(/^The first 2 of them:\n\{"buying":.*\} {2}\w+ 0\.\d{4} -> \w+ [01]\.\d{4}\n\{.*$/m);
  });

  it('refuses signatures that do not match, and says what differs', async () => {
    const { code, stderr } = await model(['diff', 'car-evaluation', 'penguins']);
    expect(code).toBe(2);
    expect(stderr).toContain('feature "buying" is only in the first');
    expect(stderr).toContain('class "Gentoo" is only in the second');
  });
});

describe('model predict', () => {
  it('answers a CSV file as the service does, whatever its line ends, quotes and blank lines', async () => {
    const rows = await file('odd.csv', `\uFEFF${HEAD}\r\n${GOOD}\r\n\r\n"low","low",2,"4","big",high`);
    const { code, stdout, stderr } = await model(['predict', 'car-evaluation', '-i', rows]);
    expect(code).toBe(0);
    expect(stderr).toContain('2 rows predicted, 0 refused');
    const service = await startTestApp({ MODELS_DIR: shipped.models });
    const second = { buying: 'low', maint: 'low', doors: '2', persons: '4', lug_boot: 'big', safety: 'high' };
    const { body } = await service.post('/api/v1/predict', { inputs: [GOOD_ROW, second] });
    await service.close();
    expect(jsonLines(stdout)).toEqual(
      body.results.map((result: object, row: number) => ({ line: [2, 4][row], ...result })),
    );
  });

  it('reports refused rows with their lines, predicts the others and ends with 1', async () => {
    const bad = [GOOD.replace('vhigh', 'vhihg'), GOOD, 'low,low', `${GOOD},`, ',med,4,more,med,high', GOOD];
    const rows = await file('bad.csv', [HEAD, ...bad].join('\n'));
    const { code, stdout, stderr } = await model(['predict', 'car-evaluation', '-i', rows]);
    expect(code).toBe(1);
    expect(jsonLines(stdout).map(({ line }) => line)).toEqual([3, 7]);
    expect(stderr.split('\n')).toEqual([
      expect.stringMatching(/bad\.csv:2: buying must be one of .*; did you mean "vhigh"\?$/),
      expect.stringMatching(/bad\.csv:4: has 2 cells, but the first line names 6 columns$/),
      expect.stringMatching(/bad\.csv:5: has 7 cells, but the first line names 6 columns$/),
      expect.stringMatching(/bad\.csv:6: buying is required$/),
      'car-evaluation 2.0.0: 2 rows predicted, 4 refused',
      '',
    ]);
  });

  it.each([
    ['without a column that it needs', 'buying,maint,doors,persons,lug_boot\n', '"safety" is missing'],
    ['with a column that it does not know', `${HEAD},saftey\n`, 'did you mean "safety"?'],
    ['with a column twice', `${HEAD},safety\n`, '"safety" is there twice'],
    ['with other separators', `${HEAD.replaceAll(',', ';')}\n`, 'The first line must name the columns: buying,maint'],
    ['that is empty', '', 'The file is empty'],
  ])('refuses a file %s', async (_, content, message) => {
    const rows = await file('columns.csv', content);
    const { code, stdout, stderr } = await model(['predict', 'car-evaluation', '-i', rows]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(message);
  });

  it('passes over unknown columns and fields when it is told to', async () => {
    const csv = await file('more.csv', `id,${HEAD}\n7,${GOOD}\n`);
    const jsonl = await file('more.jsonl', JSON.stringify({ id: 7, ...GOOD_ROW }));
    expect((await model(['predict', 'car-evaluation', '-i', csv, '--ignore-unknown'])).code).toBe(0);
    expect((await model(['predict', 'car-evaluation', '-i', jsonl, '--ignore-unknown'])).code).toBe(0);
    expect((await model(['predict', 'car-evaluation', '-i', jsonl])).stderr).toContain('id is not a known field');
  });

  it('says where a quote was left open, and still answers what came before', async () => {
    const rows = await file('quote.csv', `${HEAD}\n${GOOD}\nlow,"low,2,4\n${GOOD}\n`);
    const { code, stdout, stderr } = await model(['predict', 'car-evaluation', '-i', rows]);
    expect(code).toBe(1);
    expect(jsonLines(stdout).map(({ line }) => line)).toEqual([2]);
    expect(stderr).toContain('error: line 3: a quote that opens here is never closed');
  });

  it('takes JSON Lines, missing values and numbers as texts of a CSV file', async () => {
    const { signature } = JSON.parse(await readFile('models/penguins/1.0.0/manifest.json', 'utf8'));
    const example = Object.fromEntries(signature.features.map(({ name, example }: any) => [name, example]));
    const { body_mass_g: _, ...without } = example;
    const jsonl = await file('penguins.jsonl', `${JSON.stringify(without)}\n\n{broken\n[1]\n`);
    const csv = await file('penguins.csv', `${Object.keys(without).join()}\n${Object.values(without).join()}\n`);
    const lines = await model(['predict', 'penguins', '-i', jsonl]);
    expect(lines.code).toBe(1);
    expect(lines.stderr).toContain('penguins.jsonl:3: is not valid JSON');
    expect(lines.stderr).toContain('penguins.jsonl:4: must be an object');
    const { line, ...answer } = jsonLines((await model(['predict', 'penguins', '-i', csv])).stdout)[0];
    expect(line).toBe(2);
    expect(jsonLines(lines.stdout)).toEqual([{ line: 1, ...answer }]);
    const cells = Object.values({ ...without, flipper_length_mm: '1,5' }).map((value) => `"${value}"`);
    const comma = await file('comma.csv', `${Object.keys(without).join()}\n${cells.join()}\n`);
    expect((await model(['predict', 'penguins', '-i', comma])).stderr).toContain(
      'comma.csv:2: flipper_length_mm must be a finite JSON number',
    );
  });

  it('reads standard input and writes CSV to a file', async () => {
    const words = ['predict', 'car-evaluation', '-i', '-', '--input-format', 'csv', '-o', 'answers.csv'];
    const { code, stdout } = await model(words, { input: `${HEAD}\n${GOOD}\n` });
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(await readFile(join(shipped.models, 'answers.csv'), 'utf8')).toMatch(
      /^line,class,label,probability,probability:unacc,probability:acc,probability:good,probability:vgood\n2,1,acc,0\.\d+,/,
    );
  });

  it('gives one JSON document of answers and refusals, also when it fails half-way', async () => {
    const rows = await file('mixed.jsonl', [GOOD_ROW, {}, GOOD_ROW].map((row) => JSON.stringify(row)).join('\n'));
    const mixed = await json('predict', 'car-evaluation', '-i', rows);
    expect(mixed).toMatchObject({ model: 'car-evaluation', version: '2.0.0', predicted: 2, refused: 1, error: null });
    expect(mixed.rows.map(({ line, label }: any) => [line, label])).toEqual([
      [1, 'acc'],
      [2, undefined],
      [3, 'acc'],
    ]);
    expect(mixed.rows[1].problems[0]).toMatchObject({ field: 'buying', code: 'required' });
    const quote = await file('open.csv', `${HEAD}\n${GOOD}\n"low`);
    const broken = await json('predict', 'car-evaluation', '-i', quote);
    expect(broken).toMatchObject({ predicted: 1, refused: 0 });
    expect(broken.error.message).toContain('line 3');
  });

  it('ends with 4 on a package whose model does not reproduce its golden records', async () => {
    const forged = await copyPackage();
    const weights = await readFile(forged.file('weights.bin'));
    weights.fill(0, 0, 4_000);
    await forged.forge('weights.bin', weights);
    const rows = await file('good.csv', `${HEAD}\n${GOOD}\n`);
    const { code, stdout, stderr } = await model(['predict', forged.path, '-i', rows]);
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
    expect(stderr).toContain('golden.json: the model does not reproduce record');
    await forged.remove();
  });

  it('keeps more rows than it holds at a time in their order', async () => {
    const every = allCarRows();
    const many = Array.from({ length: 6 }, () => every).flat();
    const rows = await file('many.csv', [HEAD, ...many.map((row) => Object.values(row).join())].join('\n'));
    const answers = jsonLines((await model(['predict', 'car-evaluation', '-i', rows])).stdout);
    expect(answers.map(({ line }) => line)).toEqual(many.map((_, index) => index + 2));
    expect(answers.slice(1728, 3456).map(({ label }) => label)).toEqual(
      answers.slice(0, 1728).map(({ label }) => label),
    );
  });
});

describe('a classifier of scikit-learn', () => {
  const FIXTURE = 'test/fixtures/sklearn/mixed-mlp.json';
  const NAMED = ['--name', 'mixed', '--licence', 'MIT', '--models'];
  let models: string;
  beforeAll(async () => {
    models = await mkdtemp(join(tmpdir(), 'tensornest-sklearn-'));
  });
  afterAll(() => rm(models, { recursive: true }));

  it('is imported and answers over REST as it did in Python', async () => {
    const made = await model(['import', resolve(FIXTURE), ...NAMED, models]);
    expect([made.code, made.stderr]).toEqual([0, '']);
    expect(made.stdout).toMatch(/differ from scikit-learn's by .* at most \(48 rows\)\.\nmixed 1\.0\.0 is in /);
    const { features, rows, probabilities } = JSON.parse(await readFile(FIXTURE, 'utf8'));
    const inputs = rows.map((row: unknown[]) => Object.fromEntries(row.map((value, at) => [features[at], value])));
    const service = await startTestApp({ MODELS_DIR: models });
    const { body } = await service.post('/api/v1/models/mixed/predict', { inputs });
    await service.close();
    expect(body.results).toHaveLength(rows.length);
    body.results.forEach(({ probabilities: served }: { probabilities: Record<string, number> }, row: number) => {
      Object.values(served).forEach((value, at) => {
        // An answer has six decimals.
        expect(Math.abs(value - probabilities[row][at])).toBeLessThan(1.5e-6);
      });
    });
  });

  it('leaves nothing behind when it is refused, and what was there as it was', async () => {
    const exported = JSON.parse(await readFile(FIXTURE, 'utf8'));
    exported.probabilities[0].reverse();
    const path = await file('wrong.json', JSON.stringify(exported));
    const before = await readFile(join(models, 'mixed/1.0.0/manifest.json'), 'utf8');
    const { code, stderr } = await model(['import', path, ...NAMED, models, '--replace']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('Row 1: scikit-learn says')]);
    expect(await readdir(join(models, 'mixed'))).toEqual(['1.0.0']);
    expect(await readFile(join(models, 'mixed/1.0.0/manifest.json'), 'utf8')).toBe(before);
  });
});

describe('a package of tensors', () => {
  let tensors: string;
  const NAMED = ['--name', 'imported', '--licence', 'MIT'];
  const OTHER = ['--name', 'other', '--licence', 'MIT'];
  const options = () => ({ env: { MODELS_DIR: tensors } });

  beforeAll(async () => {
    tensors = await writeTensorModels();
  });
  afterAll(() => rm(tensors, { recursive: true }));

  it('is made of a TensorFlow.js model, once', async () => {
    const source = join(tensors, 'half_plus_two/123.0.0/model.json');
    const made = await model(['import', source, ...NAMED], options());
    expect([made.code, made.stderr]).toEqual([0, '']);
    expect(made.stdout).toContain('imported 1.0.0 is in ');
    const verified = await model(['verify', 'imported'], options());
    expect(verified.stdout).toContain('imported 1.0.0 is sound');
    const again = await model(['import', source, ...NAMED], options());
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('--replace')]);
    expect((await model(['import', source, ...NAMED, '--replace'], options())).code).toBe(0);
  });

  it.each([
    [['README.md', ...OTHER], 4, 'README.md: is not valid JSON'],
    [['package.json', ...OTHER], 4, 'package.json: is no model of TensorFlow.js: it has no weightsManifest'],
    [['nowhere.json', ...OTHER], 2, 'There is no file "nowhere.json".'],
    [['model.json', ...NAMED], 2, 'There is no file "model.json".'],
    [['model.json', '--name', 'Im Ported', '--licence', 'MIT'], 2, 'lower-case letters'],
    [['model.json', ...NAMED, '--model-version', '1'], 2, 'a semantic version'],
    [['model.json', ...NAMED, '--seed', 'x'], 2, 'a whole number'],
  ])('is not made of %j', async (words, code, message) => {
    const cwd = resolve('.');
    const outcome = await model(['import', ...words], { ...options(), cwd });
    expect([outcome.code, outcome.stderr]).toEqual([code, expect.stringContaining(message)]);
  });

  it('is listed, inspected and packed like any other', async () => {
    const listed = await model(['list'], options());
    expect(listed.stdout).toMatch(/^simple +3\.1\.0 .* - +- +no +sound$/m);
    const { stdout } = await model(['inspect', 'simple'], options());
    expect(stdout).toContain('serving_default (predict)');
    expect(stdout).toMatch(/takes {2}INPUT0 {2}INT32 \[-1, ?4\]/);
    const packed = await model(['pack', 'simple', '--out', tensors], options());
    expect([packed.code, packed.stdout]).toEqual([0, expect.stringContaining('simple-3.1.0.tgz')]);
  });

  it('is refused by the commands that work with rows', async () => {
    for (const words of [
      ['predict', 'simple', '-i', 'rows.csv'],
      ['diff', 'simple', 'text'],
    ]) {
      const { code, stderr } = await model(words, options());
      expect([code, stderr]).toEqual([2, expect.stringContaining('simple 3.1.0 takes tensors, not rows')]);
    }
  });
});

describe('tensornest', () => {
  const bin = (words: readonly string[], options: RunOptions = {}) =>
    runCommand(resolve('dist/cli/tensornest.js'), words, { env: { MODELS_DIR: shipped.models }, ...options });

  it('is one command for training and for packages', async () => {
    const direct = await model(['list', '--json']);
    expect(await bin(['model', 'list', '--json'])).toEqual(direct);
    expect((await bin(['train', '--help'])).stdout).toContain('Usage: train [options] <model>');
    const { version } = JSON.parse(await readFile('package.json', 'utf8'));
    expect((await bin(['--version'])).stdout).toBe(`${version}\n`);
  });

  it.each([
    [['modl'], 'Did you mean model?'],
    [['model', 'prdict'], 'Did you mean predict?'],
    [[], 'Usage: tensornest'],
  ])('ends with 2 on wrong usage: %j', async (words, message) => {
    const { code, stderr } = await bin(words);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  it('says which Node it needs on an older one', async () => {
    const older = "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.19.0' } })";
    const node = ['--import', `data:text/javascript,${encodeURIComponent(older)}`];
    const { code, stderr } = await bin(['--version'], { node });
    expect(code).toBe(1);
    expect(stderr).toBe(
      'error: Tensornest needs Node 24 or newer, and this is Node 20.19.0. Install it, or: npm install node@24\n',
    );
  });
});
