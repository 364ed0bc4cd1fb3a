import { describe, expect, it } from 'vitest';
import type { Evaluation } from '../model/package/manifest.js';
import { shortfallsOf } from './quality-gate.js';

const heldOut = (accuracy: number, macroF1: number) => ({ accuracy, macroF1 }) as Evaluation;
const folds = (mean: number) => ({ folds: 2, accuracies: [mean, mean], mean, standardDeviation: 0 });
const gate = { accuracy: 0.995, macroF1: 0.99 };

describe('the quality gate', () => {
  it('lets a model through that reaches it exactly', () => {
    expect(shortfallsOf(gate, heldOut(0.995, 0.99), folds(0.995))).toEqual([]);
  });

  it('says what was reached and what is needed', () => {
    expect(shortfallsOf(gate, heldOut(0.9, 0.5), folds(0.8))).toEqual([
      'Held-out accuracy is 0.9000, at least 0.995 is needed.',
      'Held-out macro-F1 is 0.5000, at least 0.99 is needed.',
      'Cross-validated accuracy is 0.8000, at least 0.995 is needed.',
    ]);
  });

  it('lets an exempt model through, whatever it reached', () => {
    expect(shortfallsOf({ exempt: 'it is for comparison' }, heldOut(0.1, 0.1), folds(0.1))).toEqual([]);
  });

  it('never lets NaN through', () => {
    expect(shortfallsOf(gate, heldOut(NaN, NaN))).toHaveLength(2);
  });
});
