import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { beforeAll, describe, expect, it } from 'vitest';
import type { InferenceBackend } from '../core/ports/inference-backend.js';
import { BACKENDS } from '../runtime/backends/index.js';
import { Frame } from './datasets/frame.js';
import type { Examples } from './examples.js';
import type { FitState } from './fit-state.js';
import type { EpochReport } from './progress.js';
import { seededRandom } from './random.js';
import { fit, type FitOptions, learningRateAt } from './trainer.js';
import { TrainingError } from './training-error.js';

const ROWS = 150;
const WIDTH = 4;

/** The class is which of the first two columns is larger: a logistic regression can learn it. */
function learnable(): Examples {
  const random = seededRandom(1);
  const data = Float32Array.from({ length: ROWS * WIDTH }, () => uniformInt(random, 0, 1000) / 1000);
  const rows = Array.from({ length: ROWS }, (_, row) => ({ row }));
  const labels = rows.map(({ row }) => (data[row * WIDTH]! > data[row * WIDTH + 1]! ? 1 : 0));
  return { rows: Frame.of(['row'], rows), inputs: { data, rows: ROWS, width: WIDTH }, labels };
}

const examples = learnable();
const options = (change: Partial<FitOptions['hyperparameters']> = {}, seed = 42): FitOptions => ({
  name: 'sample',
  classes: 2,
  seed,
  hyperparameters: { layers: [8], activation: 'relu', epochs: 3, batchSize: 64, learningRate: 0.02, ...change },
  onEpoch: () => undefined,
});

async function filesOf(fitOptions: FitOptions) {
  const model = await fit(examples, fitOptions);
  const { modelJson, weights } = await model.export();
  model.dispose();
  return { modelJson, weights: Buffer.from(weights).toString('hex') };
}

describe('training', () => {
  let backend: InferenceBackend;
  beforeAll(async () => {
    backend = await BACKENDS.wasm();
  });

  it('gives the same model, byte for byte, for the same seed', async () => {
    expect(await filesOf(options())).toEqual(await filesOf(options()));
  });

  it('leaves out other units at every step, the same ones for the same seed', async () => {
    const dropped = options({ layers: [64], dropout: 0.5, batchSize: 16 });
    expect(await filesOf(dropped)).toEqual(await filesOf(dropped));
    // With the same units left out each time, half of them would keep the bias that they began with: 0.
    const model = await fit(examples, dropped);
    const { weights } = await model.export();
    model.dispose();
    const biases = new Float32Array(weights.slice().buffer, 4 * WIDTH * 64, 64);
    expect(biases.filter((bias) => bias !== 0).length).toBeGreaterThan(50);
  });

  it('gives other weights for another seed', async () => {
    expect((await filesOf(options({}, 43))).weights).not.toBe((await filesOf(options({}, 42))).weights);
  });

  it.each([1, 3, 4])('goes on after epoch %i to the same model, byte for byte', async (after) => {
    const whole = await filesOf(options({ epochs: 5 }));
    let state: FitState | undefined;
    const part = await fit(examples, {
      ...options({ epochs: 5 }),
      onEpoch: async ({ epoch }, moment) => {
        if (epoch < after) return undefined;
        state = await moment.state(epoch);
        return 'stop';
      },
    });
    part.dispose();
    const before = backend.tensorCount();
    expect(await filesOf({ ...options({ epochs: 5 }), from: state })).toEqual(whole);
    expect(backend.tensorCount()).toBe(before);
  });

  it('leaves no tensor behind', async () => {
    const before = backend.tensorCount();
    await filesOf(options());
    expect(backend.tensorCount()).toBe(before);
  });

  it('leaves no tensor behind when its watcher fails', async () => {
    const before = backend.tensorCount();
    const broken = {
      ...options(),
      onEpoch: () => {
        throw new Error('no terminal');
      },
    };
    await expect(fit(examples, broken)).rejects.toThrow('no terminal');
    expect(backend.tensorCount()).toBe(before);
  });

  it('without hidden layers is a logistic regression: one kernel, one bias', async () => {
    const { modelJson } = await filesOf(options({ layers: [] }));
    expect(modelJson.weightsManifest).toMatchObject([
      {
        paths: ['weights.bin'],
        weights: [
          { name: 'probabilities/kernel', shape: [WIDTH, 2] },
          { name: 'probabilities/bias', shape: [2] },
        ],
      },
    ]);
  });

  it('learns, and reports every epoch with a falling loss', async () => {
    const reports: EpochReport[] = [];
    const watched = { ...options({ epochs: 40 }), onEpoch: (report: EpochReport) => void reports.push(report) };
    const model = await fit(examples, watched);
    model.dispose();
    expect(reports.map(({ epoch }) => epoch)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
    expect(reports.at(-1)!.loss).toBeLessThan(reports[0]!.loss / 2);
    expect(reports.at(-1)!.accuracy).toBeGreaterThan(0.9);
  });

  it('answers probabilities that the opened package answers too', async () => {
    const model = await fit(examples, options());
    const { modelJson, weights } = await model.export();
    const expected = model.predict(examples.inputs);
    model.dispose();
    const opened = await backend.open({ format: 'layers-model', modelJson, weights: weights.slice().buffer }, 'inline');
    const answers = await opened.run(examples.inputs);
    expect(answers).toHaveLength(expected.length);
    answers.forEach((value, index) => expect(value).toBeCloseTo(expected[index]!, 6));
    opened.close();
  });

  it('lets other work run between epochs', async () => {
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 0);
    const model = await fit(examples, options({ epochs: 40 }));
    clearInterval(timer);
    model.dispose();
    expect(turns).toBeGreaterThan(2);
  });

  it.each([{ layers: [] }, { layers: [8] }])('says which epoch diverged, and what to change: %j', async (change) => {
    const before = backend.tensorCount();
    const poisoned = { ...examples, inputs: { ...examples.inputs, data: examples.inputs.data.map(() => NaN) } };
    const training = fit(poisoned, options(change));
    await expect(training).rejects.toThrow(TrainingError);
    await expect(training).rejects.toThrow('diverged in epoch 1: lower the learning rate (0.02)');
    expect(backend.tensorCount()).toBe(before);
  });
});

describe('the learning rate', () => {
  it('falls along half a cosine from just above its peak towards a hundredth of it', () => {
    expect(learningRateAt(0, 60, 0.02)).toBeCloseTo(0.0202, 12);
    expect(learningRateAt(30, 60, 0.02)).toBeCloseTo(0.0102, 12);
    expect(learningRateAt(60, 60, 0.02)).toBeCloseTo(0.0002, 12);
  });
});
