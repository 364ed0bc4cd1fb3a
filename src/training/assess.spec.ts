import { describe, expect, it } from 'vitest';
import { decideBy, winnersOf } from '../core/winners.js';
import { assess } from './assess.js';
import { Frame } from './datasets/frame.js';
import { completeSignature } from './imported/given-signature.js';
import { seededRandom } from './random.js';
import { accuracyRange } from './report.js';

const signature = completeSignature('test', { features: [{ name: 'x' }], classes: ['no', 'yes'] });
const ROWS = 100;

/** One row in ten is "yes", and known by its x; the model never finds it more likely than not. */
function rare() {
  const labels = Array.from({ length: ROWS }, (_, row) => (row % 10 === 0 ? 1 : 0));
  const data = Float32Array.from(labels);
  const predict = ({ data: x }: { data: Float32Array }) =>
    Float32Array.from([...x].flatMap((value) => (value === 1 ? [0.6, 0.4] : [0.95, 0.05])));
  const inputs = { data, rows: ROWS, width: 1 };
  const examples = { inputs, labels, rows: new Frame(new Map([['x', Float64Array.from(data)]])) };
  return { examples, probabilities: predict(inputs), signature, predict };
}

describe('permutation importance', () => {
  it('is a loss of accuracy where the likeliest class is answered', () => {
    const { importance, importanceMeasure } = assess({ ...rare(), decide: winnersOf }, seededRandom(1));
    expect(importanceMeasure).toBe('accuracy');
    expect(importance).toEqual([{ feature: 'x', loss: 0, deviation: 0 }]);
  });

  it('is a loss of balanced accuracy where a threshold decides, as such a model is for the rare class', () => {
    const decide = decideBy(signature.classes, { positive: 'yes', threshold: 0.3 });
    const { importance, importanceMeasure } = assess({ ...rare(), decide }, seededRandom(1));
    expect(importanceMeasure).toBe('balanced accuracy');
    expect(importance[0]!.loss).toBeGreaterThan(0.3);
  });
});

describe('the interval of the accuracy', () => {
  const interval = (low: number, high: number) => ({ accuracy: { low, high }, macroF1: { low, high } });

  it('is that of the bootstrap', () => {
    const text = accuracyRange({ intervals: interval(0.9, 0.95) }, 86);
    expect(text).toBe('between 0.9000 and 0.9500 (95 %, bootstrap)');
  });

  it('has a lower end too where no row is wrong, as resamples of those rows have none', () => {
    const text = accuracyRange({ intervals: interval(1, 1) }, 86);
    expect(text).toBe('at least 0.9658 (95 %, exact, as all 86 rows are right)');
  });
});
