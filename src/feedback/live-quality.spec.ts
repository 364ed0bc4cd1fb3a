import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calibrationOf } from '../training/calibration.js';
import { evaluate } from '../training/metrics.js';
import { qualityOf } from './live-quality.js';
import type { Tally } from './store/messages.js';

const LABELS = ['no', 'maybe', 'yes'];

const tallyOf = (row: { label: number; probabilities: number[] }): Tally => {
  const confidence = Math.max(...row.probabilities);
  const predicted = LABELS[row.probabilities.indexOf(confidence)]!;
  const bin = Math.min(9, Math.floor(confidence * 10));
  return { version: '1.0.0', predicted, label: LABELS[row.label]!, bin, rows: 1, confidence };
};

const rows = fc.array(
  fc.record({
    label: fc.nat(2),
    probabilities: fc
      .uniqueArray(fc.integer({ min: 1, max: 1_000 }), { minLength: 3, maxLength: 3 })
      .map((shares) => shares.map((share) => Math.fround(share / shares.reduce((sum, one) => sum + one)))),
  }),
  { minLength: 1, maxLength: 60 },
);

describe('the live quality', () => {
  it('is what training would have measured on the same rows', () => {
    fc.assert(
      fc.property(rows, (given) => {
        const labels = given.map(({ label }) => label);
        const probabilities = Float32Array.from(given.flatMap((row) => row.probabilities));
        const trained = evaluate(labels, probabilities, LABELS);
        const calibrated = calibrationOf(labels, probabilities, 1);
        const live = qualityOf(LABELS, given.map(tallyOf));
        expect(live.rows).toBe(trained.rows);
        expect(live.accuracy).toBe(trained.accuracy);
        expect(live.confusionMatrix).toEqual(trained.confusionMatrix);
        for (const [at, { precision, recall, f1, support }] of live.perClass.entries()) {
          const { label, ...same } = trained.perClass[at]!;
          expect({ precision: precision ?? 0, recall: recall ?? 0, f1: f1 ?? 0, support }).toEqual(same);
          expect(label).toBe(LABELS[at]);
        }
        expect(live.calibration.expectedCalibrationError).toBeCloseTo(calibrated.expectedCalibrationError, 9);
        expect(live.calibration.reliability.map((bin) => bin.rows)).toEqual(
          calibrated.reliability.map((bin) => bin.rows),
        );
      }),
    );
  });

  it('says null of a class that it knows nothing of', () => {
    const { perClass } = qualityOf(LABELS, [tallyOf({ label: 0, probabilities: [0.8, 0.1, 0.1] })]);
    expect(perClass[2]).toEqual({ label: 'yes', precision: null, recall: null, f1: null, support: 0 });
  });
});
