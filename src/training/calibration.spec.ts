import { describe, expect, it } from 'vitest';
import { calibrationOf } from './calibration.js';

/** Rows of two classes, of which the first has this probability. */
const probabilities = (...first: number[]) => Float32Array.from(first.flatMap((value) => [value, 1 - value]));

describe('the calibration', () => {
  it('is the mean distance of confidence and accuracy over ten bins, weighted by their rows', () => {
    // 0.55 and 0.45 are both sure of their winner by 0.55; the bin of 0.5 to 0.6 has one of two right.
    const { expectedCalibrationError, reliability } = calibrationOf(
      [0, 0, 0, 1, 0],
      probabilities(0.55, 0.45, 0.9375, 0.9375, 0.9375),
      1,
    );
    expect(reliability).toEqual([
      { rows: 2, confidence: expect.closeTo(0.55, 6), accuracy: 0.5 },
      { rows: 3, confidence: 0.9375, accuracy: 2 / 3 },
    ]);
    expect(expectedCalibrationError).toBeCloseTo((2 * 0.05 + 3 * (0.9375 - 2 / 3)) / 5, 6);
  });

  it('takes a row that the model is certain of into the last bin, though a float32 may be a bit more than 1', () => {
    const { reliability, expectedCalibrationError } = calibrationOf([0], Float32Array.of(1.0000001, 0), 1.5);
    expect(reliability).toEqual([{ rows: 1, confidence: 1, accuracy: 1 }]);
    expect(expectedCalibrationError).toBe(0);
  });

  it('says which temperature the probabilities have', () => {
    expect(calibrationOf([0], probabilities(0.9), 1.5).temperature).toBe(1.5);
  });
});
