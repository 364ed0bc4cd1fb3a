import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { InferenceBackend } from '../../core/ports/inference-backend.js';
import { BACKENDS } from '../../runtime/backends/index.js';
import { importSklearn } from './import-sklearn.js';
import { isSklearnExport, parseSklearnExport } from './sklearn-export.js';

const FOLDER = 'test/fixtures/sklearn';
const IDENTITY = { name: 'imported', version: '1.0.0', licence: 'MIT', date: new Date(0) };

let backend: InferenceBackend;
beforeAll(async () => {
  backend = await BACKENDS.wasm();
});
afterAll(() => backend.close());

type Json = Record<string, any>;

const read = (name: string): Json => JSON.parse(readFileSync(`${FOLDER}/${name}.json`, 'utf8'));
const run = async (exported: unknown) => importSklearn(parseSklearnExport(exported), IDENTITY);
const stepOf = (exported: Json, at: number): Json => exported.model.steps.at(at)[1];

const fixtures = readdirSync(FOLDER).flatMap((name) => (name.endsWith('.json') ? [name.replace('.json', '')] : []));

describe('a classifier of scikit-learn', () => {
  it.each(fixtures)('keeps its probabilities within 1e-6: %s', async (name) => {
    const before = backend.tensorCount();
    const { contents, notes } = await run(read(name));
    expect(Number(/by ([\d.e-]+) at most \(48 rows\)/.exec(notes.at(-1)!)![1])).toBeLessThan(1e-6);
    expect(contents.golden.records).toHaveLength(40);
    expect(contents.manifest.metrics.heldOut?.rows).toBe(48);
    expect(backend.tensorCount()).toBe(before);
  });

  it('gets the features and classes that it was trained on', async () => {
    const { manifest } = (await run(read('mixed-mlp'))).contents;
    expect(manifest.signature.features).toMatchObject([
      { name: 'age', kind: 'number', missing: { policy: 'default' } },
      { name: 'income', kind: 'number', missing: { policy: 'default' } },
      { name: 'city', values: ['Bonn', 'Köln', 'Ulm'], encoding: 'one-hot', missing: { policy: 'default' } },
      { name: 'member', values: ['no', 'yes'], encoding: 'one-hot', missing: { policy: 'refuse' } },
      { name: 'size', values: ['S', 'M', 'L'], encoding: 'ordinal', missing: { policy: 'refuse' } },
      { name: 'visits', kind: 'number', missing: { policy: 'refuse' } },
    ]);
    expect(manifest.signature.classes.map(({ label }) => label)).toEqual(['high', 'low', 'mid']);
    expect(manifest.training.framework).toEqual({ name: 'scikit-learn', version: '1.2.1' });
    expect(manifest.training.hyperparameters).toMatchObject({ activation: 'logistic', max_iter: 800 });
  });

  it('is refused when it answers otherwise', async () => {
    const exported = read('logistic-multinomial');
    stepOf(exported, -1).coef_[0][0] *= 1.01;
    await expect(run(exported)).rejects.toThrow(/^Row \d+: scikit-learn says 0\.\d+ where the import comes to/);
  });

  it('leaves rows out that its signature refuses, and says so', async () => {
    const exported = read('mixed-mlp');
    exported.rows[3][3] = 'maybe';
    const { contents, notes } = await run(exported);
    expect(notes[0]).toMatch(/^1 rows are left out, .* row 4: member must be one of "no", "yes"/);
    expect(contents.manifest.metrics.heldOut?.rows).toBe(47);
  });

  const change = (name: string, alter: (exported: Json) => unknown) => {
    const exported = read(name);
    alter(exported);
    return exported;
  };
  it.each<[string, Json, RegExp]>([
    [
      'a transformer that it does not know',
      change('mlp-binary', (file) => (stepOf(file, 0).class = 'PCA')),
      /has a PCA, which cannot be imported; what can is Pipeline/,
    ],
    [
      'a classifier that it does not know',
      change('mlp-binary', (file) => (stepOf(file, -1).class = 'SVC')),
      /is a SVC, which cannot be imported/,
    ],
    [
      'a model that was not fitted',
      change('logistic-raw', (file) => delete file.model.coef_),
      /LogisticRegression: coef_ .* was the model fitted/,
    ],
    [
      'rare categories that were put together',
      change('mixed-mlp', (file) => (encoderOf(file).min_frequency = 3)),
      /OneHotEncoder: min_frequency cannot be imported/,
    ],
    ['too few rows', change('logistic-raw', cut(20)), /20 of 20 rows can be used; give at least 32/],
    [
      'a class that it does not have',
      change('logistic-raw', (file) => (file.labels[5] = 9)),
      /^Row 6: its class "9" is not one of the model's \(0, 1, 2\)/,
    ],
    [
      'probabilities of other rows',
      change('logistic-raw', (file) => file.probabilities.pop()),
      /probabilities: has 47 entries for 48 rows/,
    ],
    [
      'a row that is too short',
      change('logistic-raw', (file) => file.rows[2].pop()),
      /rows\.2: has 3 values for 4 features/,
    ],
    [
      'texts that nothing encodes',
      change('logistic-raw', (file) => (file.rows[2][0] = 'tall')),
      /"sepal length \(cm\)" holds texts, but nothing in the pipeline encodes it/,
    ],
    [
      'a file without its model',
      change('logistic-raw', (file) => delete file.model),
      /^model: .* Export the model anew/,
    ],
  ])('is refused with what to do: %s', async (_, exported, message) => {
    await expect(run(exported)).rejects.toThrow(message);
  });
});

it('is told from a model of TensorFlow.js', () => {
  expect(fixtures.map((name) => isSklearnExport(read(name)))).toEqual(fixtures.map(() => true));
  expect(isSklearnExport({ modelTopology: {} })).toBe(false);
});

function cut(rows: number) {
  return (file: Json) => {
    for (const part of ['rows', 'labels', 'probabilities']) file[part] = file[part].slice(0, rows);
  };
}

/** Of the column `member`. */
function encoderOf(file: Json): Json {
  const columns = file.model.steps[0][1].steps?.[0][1] ?? file.model.steps[0][1];
  return columns.transformers_.find(([name]: [string]) => name === 'member')[1];
}
