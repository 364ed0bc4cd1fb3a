import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { beforeAll, describe, expect, it } from 'vitest';
import type { InferenceBackend } from '../core/ports/inference-backend.js';
import { BACKENDS } from '../runtime/backends/index.js';
import type { Dataset } from './datasets/dataset.js';
import { Frame } from './datasets/frame.js';
import { balancedAccuracyIn } from './metrics.js';
import { seededRandom } from './random.js';
import { trainModel } from './train-model.js';
import { parseTrainingConfig } from './training-config.js';

const ROWS = 400;
const NAMES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const number = { kind: 'number', description: 'd', minimum: null, maximum: null, integer: false, unit: null };
const feature = { ...number, normalisation: 'learn', missing: { policy: 'refuse' }, example: 0.5, sensitive: false };
const HYPERPARAMETERS = { layers: [64, 32], activation: 'relu', epochs: 60, batchSize: 32, learningRate: 0.02 };

/** A quarter of the classes is the toss of a coin, which a network that is large enough learns by heart. */
const noisy: Dataset = {
  name: 'noisy',
  source: 'made up',
  licence: 'CC0-1.0',
  columns: [...NAMES, 'class'],
  target: 'class',
  frame: () => {
    const random = seededRandom(3);
    const rows = Array.from({ length: ROWS }, () => {
      const values = NAMES.map(() => uniformFloat64(random));
      const luck = uniformFloat64(random);
      const truth = luck < 0.75 ? values[0]! > values[1]! : luck < 0.875;
      return { ...Object.fromEntries(NAMES.map((name, at) => [name, values[at]!])), class: truth ? 'yes' : 'no' };
    });
    return Frame.of([...NAMES, 'class'], rows);
  },
};

const configOf = (temperature: 'learn' | number, decision?: object) =>
  parseTrainingConfig(
    'noisy.json',
    JSON.stringify({
      name: 'noisy',
      version: '1.0.0',
      title: 'Noisy',
      description: 'd',
      licence: 'MIT',
      intendedUse: 'u',
      limits: ['l'],
      dataset: 'noisy',
      signature: {
        features: NAMES.map((name) => ({ ...feature, name })),
        classes: [
          { label: 'no', title: 'No' },
          { label: 'yes', title: 'Yes' },
        ],
      },
      decision,
      seed: 42,
      testFraction: 0.25,
      folds: 2,
      hyperparameters: { ...HYPERPARAMETERS, temperature },
      failUnder: { accuracy: 0, macroF1: 0 },
    }),
  );

describe('a temperature that is to be learnt', () => {
  let backend: InferenceBackend;
  beforeAll(async () => {
    backend = await BACKENDS.wasm();
  });

  const train = (temperature: 'learn' | number) =>
    trainModel({
      config: configOf(temperature),
      dataset: noisy,
      backend,
      crossValidation: false,
      progress: {
        start: () => ({ step: () => undefined, part: () => undefined, skip: () => undefined, end: () => undefined }),
      },
      date: new Date(0),
    });

  it('makes a model that is too sure of itself honest on rows that neither saw, and stands in the manifest', async () => {
    const [before, after] = [await train(1), await train('learn')];
    const { temperature, expectedCalibrationError } = after.heldOut.calibration;
    expect(temperature).toBeGreaterThan(1.5);
    expect(after.contents!.manifest.training.hyperparameters).toMatchObject({ temperature });
    expect(after.heldOut.confusionMatrix).toEqual(before.heldOut.confusionMatrix);
    expect(after.heldOut.logLoss).toBeLessThan(before.heldOut.logLoss);
    expect(expectedCalibrationError).toBeLessThan(before.heldOut.calibration.expectedCalibrationError);
    // What is packaged is the calibrated model: its answers to the held-out rows are those that were measured.
    const { predictions } = after.contents!.manifest.distributions;
    const tested = after.heldOut.confusionMatrix.map((_, label) =>
      after.heldOut.confusionMatrix.reduce((sum, counts) => sum + counts[label]!, 0),
    );
    expect(Object.values(predictions!.classes)).toEqual(tested);
  }, 60_000);
});

/** One row of ten is a "yes", and no row says for sure which: at 0.5 hardly any of them is found. */
const rare: Dataset = {
  ...noisy,
  name: 'rare',
  frame: () => {
    const random = seededRandom(5);
    const rows = Array.from({ length: 2_000 }, () => {
      const values = NAMES.map(() => uniformFloat64(random));
      const chance = 1 / (1 + Math.exp(6.5 - 4 * (values[0]! + values[1]!)));
      const truth = uniformFloat64(random) < chance;
      return { ...Object.fromEntries(NAMES.map((name, at) => [name, values[at]!])), class: truth ? 'yes' : 'no' };
    });
    return Frame.of([...NAMES, 'class'], rows);
  },
};

describe('a decision threshold that is to be learnt', () => {
  let backend: InferenceBackend;
  beforeAll(async () => {
    backend = await BACKENDS.wasm();
  });

  const train = (decision: object) => {
    const { hyperparameters, ...config } = configOf(1, decision);
    const { activation: _, ...linear } = { ...hyperparameters, layers: [], epochs: 15 };
    return trainModel({
      config: { ...config, hyperparameters: linear },
      dataset: rare,
      backend,
      crossValidation: false,
      baselines: true,
      progress: {
        start: () => ({ step: () => undefined, part: () => undefined, skip: () => undefined, end: () => undefined }),
      },
      date: new Date(0),
    });
  };

  it('improves its criterion on rows that nobody has seen, and stands in the manifest, the figures and the card', async () => {
    const learnt = await train({ positive: 'yes', threshold: 'learn', criterion: 'balanced-accuracy' });
    const { decision, metrics, distributions } = learnt.contents!.manifest;
    expect(decision).toMatchObject({ positive: 'yes', criterion: 'balanced-accuracy' });
    expect(decision!.threshold).toBeLessThan(0.4);
    const even = learnt.baselines.find(({ name }) => name === 'this model, at 0.5')!.evaluation;
    expect(balancedAccuracyIn(learnt.heldOut)).toBeGreaterThan(balancedAccuracyIn(even) + 0.03);
    expect(learnt.heldOut.logLoss).toBe(even.logLoss);
    // Every figure is of the classes that are answered.
    const point = metrics.heldOut!.tradeOff!.find(({ threshold }) => threshold === decision!.threshold)!;
    const [no, yes] = learnt.heldOut.perClass;
    expect([point.specificity, point.sensitivity, point.precision]).toEqual([no!.recall, yes!.recall, yes!.precision]);
    expect(learnt.assessment.balancedAccuracy).toBeCloseTo(balancedAccuracyIn(learnt.heldOut), 12);
    const answered = learnt.heldOut.confusionMatrix.reduce((sum, counts) => sum + counts[1]!, 0);
    expect(distributions.predictions!.classes.yes).toBe(answered);
    expect(learnt.contents!.card).toContain(`"yes" is answered where its probability reaches ${decision!.threshold}`);
    expect(learnt.contents!.card).toContain(`| ${decision!.threshold} (in force) |`);
  }, 60_000);

  it('leaves the package as it would be without, where it is 0.5', async () => {
    const plain = await train({ positive: 'yes', threshold: 0.5 });
    expect(plain.contents!.manifest).not.toHaveProperty('decision');
    expect(plain.contents!.manifest.metrics.heldOut).not.toHaveProperty('tradeOff');
    expect(plain.decision).toMatchObject({ threshold: 0.5 });
  }, 60_000);
});
