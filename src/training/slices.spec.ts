import { describe, expect, it } from 'vitest';
import { seededRandom } from './random.js';
import { slicesOf } from './slices.js';

const classes = ['no', 'yes'];
/** Right in the first four rows, and wrong in the others, always with 0.8. */
const judged = {
  labels: [0, 1, 0, 1, 0, 1],
  probabilities: Float32Array.from([0.8, 0.2, 0.2, 0.8, 0.8, 0.2, 0.2, 0.8, 0.2, 0.8, 0.8, 0.2]),
  classes,
};
const of = (values: (string | number | null)[], given = judged) => slicesOf(given, 'c', values, seededRandom(1)).slices;

describe('slices', () => {
  it('are measured each on its own rows, the largest first', () => {
    const [good, bad] = of(['a', 'a', 'a', 'a', 'b', 'b']);
    expect(good).toMatchObject({
      value: 'a',
      rows: 4,
      accuracy: 1,
      balancedAccuracy: 1,
      interval: { low: 1, high: 1 },
    });
    expect(good!.logLoss).toBeCloseTo(-Math.log(0.8), 6);
    expect(good!.expectedCalibrationError).toBeCloseTo(0.2, 6);
    expect(bad).toMatchObject({ value: 'b', rows: 2, accuracy: 0, balancedAccuracy: 0 });
    expect(bad!.logLoss).toBeCloseTo(-Math.log(0.2), 6);
  });

  it('name what is missing, and take few numbers one by one', () => {
    expect(of([1, 1, 1, 2, 2, null]).map(({ value, rows }) => [value, rows])).toEqual([
      ['1', 3],
      ['2', 2],
      ['(missing)', 1],
    ]);
  });

  it('cut many numbers into quarters that hold every row once', () => {
    const rows = 40;
    const labels = Array.from({ length: rows }, (_, row) => row % 2);
    const many = { labels, probabilities: new Float32Array(rows * 2).fill(0.5), classes };
    const slices = of(
      Array.from({ length: rows }, (_, row) => row),
      many,
    );
    expect(slices.map(({ value }) => value).sort()).toEqual([
      '0 to below 10',
      '10 to below 20',
      '20 to below 29',
      '29 to 39',
    ]);
    expect(slices.reduce((sum, slice) => sum + slice.rows, 0)).toBe(rows);
  });

  it('are refused when there are too many', () => {
    const rows = 60;
    const many = { labels: Array.from({ length: rows }, () => 0), probabilities: new Float32Array(rows * 2), classes };
    expect(() =>
      of(
        Array.from({ length: rows }, (_, row) => `v${row}`),
        many,
      ),
    ).toThrow('--slice: "c" has 60 different values; 50 slices at most.');
  });
});
