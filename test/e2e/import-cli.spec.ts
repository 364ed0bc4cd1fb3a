import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { processConfig } from '../../src/config/process-config.js';
import { model } from '../../src/cli/model-command.js';
import { functionalModel, sequentialModel, writeKerasModel } from '../support/keras-model.js';
import type { Outcome } from '../support/run-command.js';
import { startTestApp } from '../support/test-app.js';

const SIGNATURE = {
  features: [
    { name: 'age', normalisation: { mean: 40, std: 12 }, minimum: 0, description: 'Years since birth.' },
    { name: 'city', values: ['Bonn', 'Köln', 'Ulm'] },
  ],
  classes: [{ label: 'stays', title: 'Stays' }, 'leaves'],
};
const NAMED = ['--name', 'churn', '--licence', 'MIT'];
const HIDDEN = { name: 'hidden', units: 4, activation: 'relu' };

let folder: string;
let models: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensornest-import-'));
  models = join(folder, 'models');
  const sigmoid = { name: 'answer', units: 1, activation: 'sigmoid' };
  await writeKerasModel(join(folder, 'web_model'), sequentialModel(4, [HIDDEN, sigmoid], 3));
  await writeKerasModel(join(folder, 'bare'), sequentialModel(4, [HIDDEN, { ...sigmoid, units: 2, activation: 'softmax' }], 2)); // prettier-ignore
  const inputs = [{ name: 'city', width: 3 }, { name: 'age', width: 1 }]; // prettier-ignore
  await writeKerasModel(join(folder, 'one_each'), functionalModel(inputs, { units: 1, activation: 'sigmoid' }, 3));
  await writeFile(join(folder, 'web_model/signature.json'), JSON.stringify(SIGNATURE));
  await writeFile(join(folder, 'signature.json'), JSON.stringify(SIGNATURE));
  const rows = Array.from({ length: 60 }, (_, at) => [
    20 + at,
    ['Bonn', 'Köln', 'Ulm'][at % 3],
    at % 4 ? 'stays' : 'leaves',
  ]);
  await writeFile(join(folder, 'rows.csv'), ['age,city,left', ...rows.map((row) => row.join())].join('\n'));
});
afterAll(() => rm(folder, { recursive: true }));

const silent = () => undefined;
const PROGRESS = { start: () => ({ step: silent, part: silent, skip: silent, end: silent }) };

/** The command on a terminal, whose user answers one line after the other; or, without answers, with nobody there. */
async function run(words: readonly string[], answers?: readonly string[]): Promise<Outcome> {
  const stdin = Object.assign(new PassThrough(), { isTTY: answers !== undefined });
  stdin.end(answers?.map((answer) => `${answer}\n`).join(''));
  const said = { stdout: '', stderr: '' };
  const terminal = {
    out: (text: string) => void (said.stdout += text),
    err: (text: string) => void (said.stderr += text),
    progress: PROGRESS,
  };
  const code = await model([...words, '--models', models], {
    terminal,
    streams: { stdin, stdout: new PassThrough() },
    readConfig: processConfig,
  });
  return { code, ...said };
}

/** Words that name a file of the test are its path. */
const importing = (...words: string[]) => run(['import', ...words.map(pathOf)]);
const asked = (words: readonly string[], answers: readonly string[]) => run(['import', ...words.map(pathOf)], answers);

function pathOf(word: string): string {
  return existsSync(join(folder, word)) ? join(folder, word) : word;
}

const packages = () => readdir(models).catch((): string[] => []);

describe('import of a Keras classifier', () => {
  it('makes a package of a folder with a signature, measures it and serves it', async () => {
    const { code, stdout, stderr } = await importing('web_model', ...NAMED, '--data', 'rows.csv', '--target', 'left');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('60 labelled rows are few');
    expect(stdout).toContain('churn 1.0.0 is in ');
    const service = await startTestApp({ MODELS_DIR: models });
    const { status, body } = await service.post('/api/v1/models/churn/predict', { inputs: [{ age: 30, city: 'Ulm' }] });
    const schema = await service.get('/api/v1/models/churn/versions/1.0.0');
    await service.close();
    expect(status).toBe(200);
    expect(Object.keys(body.results[0].probabilities)).toEqual(['stays', 'leaves']);
    const { signature, metrics, distributions } = schema.body.manifest;
    expect(signature.features[0]).toMatchObject({ description: 'Years since birth.', minimum: 0, example: 40 });
    expect(metrics.heldOut.rows).toBe(60);
    expect(distributions.classes).toEqual({ stays: 45, leaves: 15 });
  });

  it('makes one without data, which says so wherever metrics are shown', async () => {
    const named = ['--name', 'columns', '--licence', 'MIT'];
    const made = await importing('one_each', ...named, '--signature', 'signature.json');
    expect([made.code, made.stderr]).toEqual([0, '']);
    expect(made.stdout).toContain('It came without data');
    expect((await run(['inspect', 'columns'])).stdout).toContain('Not measured: the model came without data.');
    expect((await run(['list'])).stdout).toMatch(/^columns +1\.0\.0 .* - +- +no +sound$/m);
    expect(await readFile(join(models, 'columns/1.0.0/README.md'), 'utf8')).toContain('Not measured');
    const service = await startTestApp({ MODELS_DIR: models, DEFAULT_MODEL: 'columns' });
    const inputs = [{ age: 30, city: 'Ulm' }];
    const answers = [
      await service.post('/api/v1/models/columns/predict', { inputs }),
      await service.post('/api/v1/models/columns/explain', { input: inputs[0] }),
      await service.get('/api/v1/models/columns/drift'),
      await service.get('/api/v1/models/columns/importance'),
    ];
    await service.close();
    expect(answers.map(({ status }) => status < 500)).toEqual([true, true, true, true]);
    expect(answers[0]!.status).toBe(200);
  });

  it('takes columns and labels from the command line', async () => {
    const words = ['--column', 'age', '--column', 'city=Bonn|Köln|Ulm', '--labels', 'stays,leaves'];
    const { code, stderr } = await importing('bare', '--name', 'worded', '--licence', 'MIT', ...words);
    expect([code, stderr]).toEqual([0, '']);
    const manifest = JSON.parse(await readFile(join(models, 'worded/1.0.0/manifest.json'), 'utf8'));
    expect(manifest.signature.features).toMatchObject([{ kind: 'number' }, { values: ['Bonn', 'Köln', 'Ulm'] }]);
    expect(manifest.training.framework).toEqual({ name: 'Keras', version: '2.15.0' });
  });

  it('asks on a terminal for all that is missing, and again where an answer will not do', async () => {
    const answers = [
      'yes',
      'Ask Ed',
      'asked',
      'MIT',
      'age',
      'city=Bonn',
      'city=Bonn|Köln|Ulm',
      'a',
      'stays,leaves',
      '2.0.0',
    ];
    const { code, stdout, stderr } = await asked(['bare'], answers);
    expect([code, stderr]).toEqual([
      0,
      expect.stringContaining('Column 2 (a name, name=a|b|c or name=low<mid<high; 3 of 4'),
    ]);
    expect(stderr).toContain('It must be lower-case letters');
    expect(stderr).toContain('They must be two or more different labels');
    expect(stdout).toContain('asked 2.0.0 is in ');
    expect(await readdir(join(models, 'asked'))).toEqual(['2.0.0']);
  });

  it('writes nothing when the questions are not answered', async () => {
    const { code, stderr } = await asked(['bare'], ['yes', 'unanswered']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('the questions were not answered')]);
    expect(await packages()).not.toContain('unanswered');
  });

  it('names every missing word at once where there is nobody to ask, and what the model is', async () => {
    const { code, stderr } = await importing('bare', '--data', 'rows.csv');
    expect(code).toBe(2);
    for (const flag of ['--name', '--licence', '--column', '--labels', '--target'])
      expect(stderr).toContain(`  ${flag} `);
    expect(stderr).toContain('The model takes 4 numbers a row and answers 2.');
  });

  it('stays one of tensors where nothing says that it takes rows', async () => {
    const { code, stdout } = await importing('bare', '--name', 'tensors', '--licence', 'MIT');
    expect([code, stdout]).toEqual([
      0,
      expect.stringContaining('with --signature, or --column and --labels, it takes rows'),
    ]);
    const manifest = JSON.parse(await readFile(join(models, 'tensors/1.0.0/manifest.json'), 'utf8'));
    expect(manifest.task).toBe('tensors');
  });

  it.each([
    [['bare', '--signature', 'nowhere.json'], 2, 'There is no file "nowhere.json".'],
    [['bare', '--signature', 'signature.json', '--labels', 'a,b'], 2, 'give one or the other'],
    [
      ['bare', '--column', 'a', '--labels', 'a,b'],
      1,
      'takes 4 numbers a row, but the columns of the signature make 1: a 1.',
    ],
    [['bare', '--signature', 'signature.json', '--data', 'rows.csv', '--target', 'lefd'], 1, 'did you mean "left"?'],
    [['bare', '--signature', 'bare/model.json'], 1, 'bare/model.json: features: '],
    [['bare', '--column', 'a=b'], 2, 'name=a|b|c for categories'],
    [['bare', '--labels', 'a'], 2, 'two or more different labels'],
  ])('is refused and writes nothing: %j', async (words, code, message) => {
    const outcome = await importing(...words, '--name', 'refused', '--licence', 'MIT');
    expect([outcome.code, outcome.stderr]).toEqual([code, expect.stringContaining(message)]);
    expect(await packages()).not.toContain('refused');
  });
});

describe('import of an export from scikit-learn', () => {
  const EXPORT = 'test/fixtures/sklearn/mixed-mlp.json';

  it('takes an edited signature in the place of its own, with the same answers', async () => {
    await importing(EXPORT, '--name', 'mixed', '--licence', 'MIT');
    const path = join(models, 'mixed/1.0.0/manifest.json');
    const { signature, metrics } = JSON.parse(await readFile(path, 'utf8'));
    signature.features[0].unit = 'years';
    signature.features[0].normalisation = { mean: 0, std: 1 };
    signature.classes[0].title = 'High spender';
    await writeFile(join(folder, 'edited.json'), JSON.stringify({ signature }));
    const words = ['--name', 'mixed', '--licence', 'MIT', '--replace', '--signature', 'edited.json'];
    const { code, stdout } = await importing(EXPORT, ...words);
    expect([code, stdout]).toEqual([0, expect.stringContaining("differ from scikit-learn's by")]);
    const after = JSON.parse(await readFile(path, 'utf8'));
    expect(after.signature.features[0]).toMatchObject({ unit: 'years', normalisation: { mean: 0, std: 1 } });
    expect(after.signature.classes[0].title).toBe('High spender');
    expect(after.metrics.heldOut.accuracy).toBe(metrics.heldOut.accuracy);
  });

  it.each<[string, (signature: any) => void, string]>([
    [
      'other labels',
      ({ classes }) => (classes[0].label = 'top'),
      "classes are top, low, mid, the model's are high, low",
    ],
    ['other names', ({ features }) => (features[1].name = 'pay'), 'its features are age, pay, city'],
    ['other values', ({ features }) => features[2].values.reverse(), '"city" has the values Ulm, Köln, Bonn (one-hot)'],
  ])('refuses a signature with %s', async (_, edit, message) => {
    await importing(EXPORT, '--name', 'own', '--licence', 'MIT', '--replace');
    const { signature } = JSON.parse(await readFile(join(models, 'own/1.0.0/manifest.json'), 'utf8'));
    edit(signature);
    await writeFile(join(folder, 'edited.json'), JSON.stringify(signature));
    const words = ['--name', 'edited', '--licence', 'MIT', '--signature', 'edited.json'];
    const { code, stderr } = await importing(EXPORT, ...words);
    expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
    expect(await packages()).not.toContain('edited');
  });

  it('refuses words that it says itself, and names those that are missing', async () => {
    const words = await importing(EXPORT, '--labels', 'a,b');
    expect([words.code, words.stderr]).toEqual([2, expect.stringContaining('says itself what --labels')]);
    const missing = await importing(EXPORT);
    expect([missing.code, missing.stderr]).toEqual([2, expect.stringMatching(/--name <name>.*\n.*--licence <spdx>/)]);
  });
});
