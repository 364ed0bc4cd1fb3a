import { describe, expect, it } from 'vitest';
import { checkpointText, type Done, readCheckpoint, type RunIdentity } from './checkpoint.js';

const run: RunIdentity = { stage: 'training', seed: 7, data: 'd'.repeat(64), recipe: 'r', framework: 'wasm' };
const done: Done = {
  trials: [{ layers: [8], learningRate: 0.1, epochs: 3, logLoss: 0.2, error: 0.01, accuracy: 0.9, temperature: 1.5 }],
  temperature: 2,
  training: {
    state: {
      epoch: 2,
      weights: [Float32Array.of(1, -0.1, 1e-30)],
      iterations: 9,
      moments: [{ shape: [3, 1], data: Float32Array.of(0.3, 0.2, 0.1) }],
      powers: [0.5, 0.25],
    },
    learning: [{ epoch: 1, loss: 0.5, accuracy: 0.8 }],
  },
  folds: [0.9, 1],
};
const text = checkpointText(run, done);

describe('a checkpoint', () => {
  it('gives back what was done, bit for bit', () => {
    expect(readCheckpoint('c', text, run)).toEqual(done);
  });

  it.each<[string, Partial<RunIdentity>, string]>([
    ['seed', { seed: 8 }, 'c is of a run with seed 7, and this one has 8'],
    ['data', { data: 'e'.repeat(64) }, 'c is of other data (dddddddddddd), and these are eeeeeeeeeeee'],
    ['recipe', { recipe: 's' }, 'c is of a run with another training file or other options'],
    ['stage', { stage: 'search' }, 'c is of a run with another training file or other options'],
    ['framework', { framework: 'cpu' }, 'c is of wasm, and this is cpu'],
  ])('is refused by a run with another %s', (_, change, message) => {
    expect(() => readCheckpoint('c', text, { ...run, ...change })).toThrow(message);
  });

  it.each(['', 'x', text.slice(0, -9), text.replace('"seed":7', '"seed":8'), text.replace('0.9', '0.8')])(
    'is refused when a byte of it is not as it was written',
    (damaged) => {
      expect(() => readCheckpoint('c', damaged, run)).toThrow('c is damaged');
    },
  );
});
