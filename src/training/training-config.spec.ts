import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadTrainingConfig, parseTrainingConfig } from './training-config.js';
import { TrainingError, UnknownModelError } from './training-error.js';

const feature = {
  kind: 'categorical',
  name: 'size',
  description: 'd',
  values: ['small', 'big'],
  encoding: 'one-hot',
  example: 'big',
  missing: { policy: 'refuse' },
  sensitive: false,
};
const valid = {
  name: 'boxes',
  version: '1.0.0',
  title: 'Boxes',
  description: 'd',
  licence: 'MIT',
  intendedUse: 'u',
  limits: ['l'],
  dataset: 'car-evaluation',
  signature: {
    features: [feature],
    classes: [
      { label: 'no', title: 'No' },
      { label: 'yes', title: 'Yes' },
    ],
  },
  seed: 42,
  testFraction: 0.25,
  folds: 10,
  hyperparameters: { layers: [8], activation: 'relu', epochs: 1, batchSize: 1, learningRate: 0.1 },
  failUnder: { accuracy: 0, macroF1: 0 },
};
const tuned = (change: object) => ({ hyperparameters: { ...valid.hyperparameters, ...change } });
const parse = (change: object) => parseTrainingConfig('m/training.json', JSON.stringify({ ...valid, ...change }));

describe('training.json', () => {
  it('may leave out hidden layers, which makes a logistic regression', () => {
    expect(parse(tuned({ layers: [] })).hyperparameters.layers).toEqual([]);
  });

  it.each([
    [tuned({ epochs: 0 }), 'm/training.json: hyperparameters.epochs: must be a whole number from 1 to 10000'],
    [tuned({ epochs: undefined }), 'm/training.json: hyperparameters.epochs: must be a whole number from 1 to 10000'],
    [tuned({ layers: [8, 0] }), 'm/training.json: hyperparameters.layers.1: must be a whole number from 1 to 100000'],
    [tuned({ activation: 'rely' }), 'hyperparameters.activation: must be one of relu, elu, tanh, sigmoid'],
    [{ seed: -1 }, 'm/training.json: seed: must be a whole number from 0 to 2147483647'],
    [{ testFraction: '25 %' }, 'm/training.json: testFraction: must be a number from 0.01 to 0.9'],
    [{ title: undefined }, 'm/training.json: title: must be a text of 1 to 200 characters'],
    [{ version: 'two' }, 'm/training.json: version: must be a semantic version such as 2.0.0'],
    [{ epocs: 3 }, 'm/training.json: epocs: is not a known field; remove it or correct its name'],
    [
      { signature: { ...valid.signature, features: [{ ...feature, example: 'tiny' }] } },
      'm/training.json: signature.features.0.example: must be an allowed value',
    ],
  ])('names the file, the field and the fix: %#', (change, message) => {
    expect(() => parse(change)).toThrow(TrainingError);
    expect(() => parse(change)).toThrow(message);
  });

  it('lists every wrong field, one a line', () => {
    expect(() => parse({ seed: 'x', folds: 1 })).toThrow(/training\.json: seed: .*\n.*training\.json: folds: /);
  });

  it('says where the JSON breaks', () => {
    expect(() => parseTrainingConfig('m/training.json', '{"name": }')).toThrow(
      /^m\/training\.json: is not valid JSON: /,
    );
  });
});

describe('looking a model up', () => {
  let models: string;

  beforeAll(async () => {
    models = await mkdtemp(join(tmpdir(), 'training-'));
    for (const folder of ['boxes', 'renamed']) {
      await mkdir(join(models, folder));
      await writeFile(join(models, folder, 'training.json'), JSON.stringify(valid));
    }
    await mkdir(join(models, 'boxed'));
  });
  afterAll(() => rm(models, { recursive: true }));

  it('finds the folder of that name', async () => {
    await expect(loadTrainingConfig(models, 'boxes')).resolves.toMatchObject({ name: 'boxes' });
  });

  it.each(['boxs', '../boxes', 'BOXES'])('suggests the model that %s was probably meant to be', async (name) => {
    const lookup = loadTrainingConfig(models, name);
    await expect(lookup).rejects.toThrow(UnknownModelError);
    await expect(lookup).rejects.toThrow('did you mean "boxes"?');
  });

  it('lists what can be trained when nothing is close', async () => {
    await expect(loadTrainingConfig(models, 'zzzzzzzzzzzz')).rejects.toThrow('there is boxes, renamed');
  });

  it('refuses a file whose name is not that of its folder', async () => {
    await expect(loadTrainingConfig(models, 'renamed')).rejects.toThrow(
      'name: is "boxes", but its folder says "renamed"',
    );
  });
});
