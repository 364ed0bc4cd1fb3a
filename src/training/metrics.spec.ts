import { describe, expect, it } from 'vitest';
import { evaluate, sampleDeviation } from './metrics.js';

/** Ten rows of three classes. By hand: predictions are a a a b | b b a | b b b for labels a*4, b*3, c*3. */
const LABELS = [0, 0, 0, 0, 1, 1, 1, 2, 2, 2];
const PREDICTED = [0, 0, 0, 1, 1, 1, 0, 1, 1, 1];

const sure = (winner: number) => [0, 1, 2].map((column) => (column === winner ? 0.8 : 0.1));
const evaluation = evaluate(LABELS, Float32Array.from(PREDICTED.flatMap(sure)), ['a', 'b', 'c']);

describe('an evaluation', () => {
  it('counts true classes in rows and predicted classes in columns', () => {
    expect(evaluation.confusionMatrix).toEqual([
      [3, 1, 0],
      [1, 2, 0],
      [0, 3, 0],
    ]);
  });

  it('gives accuracy, precision, recall, F1 and support as computed by hand', () => {
    expect(evaluation).toMatchObject({ rows: 10, accuracy: 0.5 });
    const [a, b] = evaluation.perClass;
    expect(a).toEqual({ label: 'a', precision: 3 / 4, recall: 3 / 4, f1: 3 / 4, support: 4 });
    expect(b).toEqual({ label: 'b', precision: 2 / 6, recall: 2 / 3, f1: 4 / 9, support: 3 });
  });

  it('counts the precision, recall and F1 of a class that was never predicted as 0', () => {
    expect(evaluation.perClass[2]).toEqual({ label: 'c', precision: 0, recall: 0, f1: 0, support: 3 });
  });

  it('averages F1 over the classes, whatever their size', () => {
    expect(evaluation.macroF1).toBeCloseTo((3 / 4 + 4 / 9 + 0) / 3, 12);
  });

  it('gives log-loss as the mean negative logarithm of the probability of the true class', () => {
    expect(evaluation.logLoss).toBeCloseTo(-(5 * Math.log(0.8) + 5 * Math.log(0.1)) / 10, 6);
  });

  it('keeps log-loss finite when the true class was given no chance', () => {
    const { logLoss } = evaluate([1], Float32Array.of(1, 0), ['a', 'b']);
    expect(logLoss).toBeCloseTo(-Math.log(1e-15), 9);
  });

  it('takes the first class on a tie', () => {
    expect(evaluate([0], Float32Array.of(0.5, 0.5), ['a', 'b']).accuracy).toBe(1);
  });

  it('of no rows at all is zeros, not NaN', () => {
    expect(evaluate([], new Float32Array(0), ['a', 'b'])).toMatchObject({ accuracy: 0, macroF1: 0, logLoss: 0 });
  });
});

describe('the sample standard deviation', () => {
  it('divides by one less than the number of values', () => {
    expect(sampleDeviation([0.9, 1])).toBeCloseTo(Math.sqrt(0.005), 12);
  });

  it('of a single value is 0', () => {
    expect(sampleDeviation([0.9])).toBe(0);
  });
});
