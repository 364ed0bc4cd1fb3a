import { describe, expect, it } from 'vitest';
import { parseTrainingConfig } from './training-config.js';
import { TrainingError } from './training-error.js';

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
const parse = (change: object) => parseTrainingConfig('m/1.0.0.json', JSON.stringify({ ...valid, ...change }));

describe('a training file', () => {
  it('may leave out hidden layers, which makes a logistic regression', () => {
    expect(parse(tuned({ layers: [], activation: undefined })).hyperparameters.layers).toEqual([]);
  });

  it('may leave to the training rows what is learnt from them', () => {
    const { signature } = parse({ signature: { ...valid.signature, features: [{ ...feature, missing: 'learn' }] } });
    expect([...signature.missing]).toEqual(['size']);
  });

  it('may exempt a model from the quality gate, with a reason', () => {
    expect(parse({ failUnder: { exempt: 'for comparison' } }).failUnder).toEqual({ exempt: 'for comparison' });
  });

  it.each([
    [tuned({ epochs: 0 }), 'm/1.0.0.json: hyperparameters.epochs: must be a whole number from 1 to 10000'],
    [tuned({ epochs: undefined }), 'm/1.0.0.json: hyperparameters.epochs: must be a whole number from 1 to 10000'],
    [tuned({ layers: [8, 0] }), 'm/1.0.0.json: hyperparameters.layers.1: must be a whole number from 1 to 100000'],
    [tuned({ activation: 'rely' }), 'hyperparameters.activation: must be one of relu, elu, tanh, sigmoid'],
    [
      tuned({ activation: undefined }),
      'hyperparameters.activation: must be one of relu, elu, tanh, sigmoid where there',
    ],
    [tuned({ layers: [] }), 'm/1.0.0.json: hyperparameters.activation: has no hidden layer to act in; remove it'],
    [{ failUnder: null }, 'm/1.0.0.json: failUnder: must be {"accuracy": ..., "macroF1": ...}, each from 0 to 1, or {'],
    [{ failUnder: { exempt: '' } }, 'm/1.0.0.json: failUnder.exempt: must be a text of 1 to 1000 characters'],
    [{ seed: -1 }, 'm/1.0.0.json: seed: must be a whole number from 0 to 2147483647'],
    [{ testFraction: '25 %' }, 'm/1.0.0.json: testFraction: must be a number from 0.01 to 0.9'],
    [{ title: undefined }, 'm/1.0.0.json: title: must be a text of 1 to 200 characters'],
    [{ version: 'two' }, 'm/1.0.0.json: version: must be a semantic version such as 2.0.0'],
    [{ decision: { positive: 'yes', threshold: 1, criterion: 'f1' } }, 'decision.threshold: must lie between 0 and 1'],
    [{ decision: { positive: 'yes', threshold: 'learn' } }, 'decision.criterion: must be one of balanced-accuracy, f1'],
    [{ decision: { positive: 'maybe', threshold: 0.3 } }, 'decision.positive: must be the label of a class'],
    [
      {
        decision: { positive: 'yes', threshold: 0.3 },
        signature: { ...valid.signature, classes: ['no', 'yes', 'maybe'].map((label) => ({ label, title: label })) },
      },
      'm/1.0.0.json: decision: is for two classes; remove it',
    ],
    [{ epocs: 3 }, 'm/1.0.0.json: epocs: is not a known field; remove it or correct its name'],
    [
      { signature: { ...valid.signature, features: [{ ...feature, example: 'tiny' }] } },
      'm/1.0.0.json: signature.features.0.example: must be an allowed value',
    ],
  ])('names the file, the field and the fix: %#', (change, message) => {
    expect(() => parse(change)).toThrow(TrainingError);
    expect(() => parse(change)).toThrow(message);
  });

  it('lists every wrong field, one a line', () => {
    expect(() => parse({ seed: 'x', folds: 1 })).toThrow(/1\.0\.0\.json: seed: .*\n.*1\.0\.0\.json: folds: /);
  });

  it('says where the JSON breaks', () => {
    expect(() => parseTrainingConfig('m/1.0.0.json', '{"name": }')).toThrow(/^m\/1\.0\.0\.json: is not valid JSON: /);
  });
});
