import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Prediction } from '../core/prediction.js';
import { winnersOf } from '../core/winners.js';
import {
  agreeingRowsOf,
  compared,
  dropped,
  failed,
  latencyRatioOf,
  leastOfWorst,
  merge,
  noStatistics,
  type RolloutStatistics,
  rowsOf,
} from './rollout-statistics.js';
import { addTimes, medianOf, NO_TIMES, timeOf } from './time-histogram.js';

const LABELS = ['no', 'maybe', 'yes'];

function predictionOf(table: readonly (readonly number[])[], infer: number, batchRows = table.length): Prediction {
  const probabilities = Float32Array.from(table.flat());
  return {
    id: '0197a000-0000-7000-8000-000000000001',
    model: 'm',
    version: '1.0.0',
    classes: LABELS.map((label) => ({ label, title: label })),
    winners: winnersOf(probabilities, table.length),
    probabilities,
    batchRows,
    timing: { encode: 0, queue: 0, infer, total: infer },
  };
}

/** Eighths, which floats add without rounding, so that sums can be compared exactly. */
const anyAnswer = fc
  .tuple(fc.integer({ min: 0, max: 8 }), fc.integer({ min: 0, max: 8 }))
  .map(([a, b]) => [Math.min(a, b) / 8, (Math.max(a, b) - Math.min(a, b)) / 8, (8 - Math.max(a, b)) / 8]);

/** A row, and what both versions say of it: always the same for the same input. */
const anyRow = fc.record({ current: anyAnswer, candidate: anyAnswer }).map((answers) => ({
  input: { text: JSON.stringify(answers) },
  ...answers,
}));

const anyRequest = fc.record({
  rows: fc.array(anyRow, { minLength: 1, maxLength: 6 }),
  currentMs: fc.double({ min: 0.001, max: 1_000, noNaN: true }),
  candidateMs: fc.double({ min: 0.001, max: 1_000, noNaN: true }),
});

const anyPart: fc.Arbitrary<RolloutStatistics> = fc.oneof(
  anyRequest.map(({ rows, currentMs, candidateMs }) =>
    compared(
      predictionOf(
        rows.map(({ current }) => current),
        currentMs,
      ),
      predictionOf(
        rows.map(({ candidate }) => candidate),
        candidateMs,
      ),
      () => rows.map(({ input }) => input),
    ),
  ),
  fc.integer({ min: 1, max: 9 }).map((rows) => dropped(LABELS, rows)),
  fc
    .tuple(fc.constantFrom('current' as const, 'candidate' as const), fc.integer({ min: 1, max: 9 }))
    .map(([version, rows]) => failed(LABELS, version, rows)),
);

const sum = (parts: readonly RolloutStatistics[]) => parts.reduce(merge, noStatistics(LABELS));

describe('rollout statistics', () => {
  it('of any parts, in any order and grouping, are those of the whole', () => {
    fc.assert(
      fc.property(fc.array(anyPart, { maxLength: 12 }), fc.nat(12), fc.nat(12), (parts, cut, turn) => {
        const whole = sum(parts);
        expect(merge(sum(parts.slice(0, cut)), sum(parts.slice(cut)))).toEqual(whole);
        expect(sum([...parts.slice(turn), ...parts.slice(0, turn)])).toEqual(whole);
        expect(merge(noStatistics(LABELS), whole)).toEqual(whole);
      }),
    );
  });

  it('count what a plain loop over the rows counts', () => {
    fc.assert(
      fc.property(fc.array(anyRequest, { minLength: 1, maxLength: 8 }), (requests) => {
        const parts = requests.map(({ rows, currentMs, candidateMs }) => {
          const [before, after] = (['current', 'candidate'] as const).map((side) => rows.map((row) => row[side]));
          const inputs = () => rows.map(({ input }) => input);
          return compared(predictionOf(before!, currentMs), predictionOf(after!, candidateMs), inputs);
        });
        const statistics = sum(parts);
        const rows = requests.flatMap((request) => request.rows);
        const winner = (answer: readonly number[]) => answer.indexOf(Math.max(...answer));
        const same = rows.filter(({ current, candidate }) => winner(current) === winner(candidate));
        const moved = rows.map(({ current, candidate }) =>
          current.reduce((total, value, index) => total + Math.abs(value - candidate[index]!) / 2, 0),
        );
        expect(rowsOf(statistics)).toBe(rows.length);
        expect(agreeingRowsOf(statistics)).toBe(same.length);
        expect(statistics.scoreChange).toBeCloseTo(
          moved.reduce((total, change) => total + change, 0),
          9,
        );
        const differing = rows
          .map((row, index) => ({ ...row, moved: moved[index]! }))
          .filter((row) => !same.some(({ input }) => input.text === row.input.text));
        const distinct = new Map(differing.map((row) => [row.input.text, row.moved]));
        const largest = [...distinct.values()].sort((a, b) => b - a).slice(0, 10);
        expect(statistics.worst.map(({ scoreChange }) => scoreChange)).toEqual(largest);
      }),
    );
  });

  it('keep each input once, and show both verdicts', () => {
    const part = compared(predictionOf([[0.8, 0.1, 0.1]], 1), predictionOf([[0, 0.25, 0.75]], 1), () => [{ a: 1 }]);
    const [worst, ...others] = merge(part, part).worst;
    expect(others).toEqual([]);
    expect(worst).toMatchObject({ input: { a: 1 }, current: { label: 'no' }, candidate: { label: 'yes' } });
    expect(worst!.current.probability).toBeCloseTo(0.8, 6);
    expect(worst!.scoreChange).toBeCloseTo(0.8, 6);
  });

  it('do not look at inputs that are not worth keeping', () => {
    const never = () => {
      throw new Error('looked');
    };
    const [yes, no] = [predictionOf([[0, 0, 1]], 1), predictionOf([[0.5, 0.25, 0.25]], 1)];
    expect(compared(yes, yes, never).worst).toEqual([]);
    expect(compared(yes, no, never, 0.75).worst).toEqual([]);
    expect(compared(yes, no, () => [{}], 0.7).worst).toHaveLength(1);
  });

  it('say how far scores must have moved once the list of the worst is full', () => {
    const part = (index: number) =>
      compared(predictionOf([[0, 0, 1]], 1), predictionOf([[1 - index / 32, index / 32, 0]], 1), () => [{ index }]);
    const nine = sum(Array.from({ length: 9 }, (_, index) => part(index)));
    expect(leastOfWorst(nine)).toBe(-1);
    expect(leastOfWorst(merge(nine, part(9)))).toBe(1);
  });
});

describe('the latency ratio', () => {
  const ratio = (current: Prediction, candidate: Prediction) => latencyRatioOf(compared(current, candidate, () => []));
  const answer = [1, 0, 0];

  it('is that of the medians, to within 10 %', () => {
    expect(ratio(predictionOf([answer], 4), predictionOf([answer], 12))).toBeGreaterThan(2.7);
    expect(ratio(predictionOf([answer], 4), predictionOf([answer], 12))).toBeLessThan(3.3);
  });

  it('is per row of the execution, whoever shared it', () => {
    expect(ratio(predictionOf([answer], 4, 8), predictionOf([answer, answer], 4, 8))).toBe(1);
  });

  it('does not take the event loop for the model', () => {
    expect(ratio(predictionOf([answer], 0.002), predictionOf([answer], 0.015))).toBe(1);
  });

  it('is unknown before the first row', () => {
    expect(latencyRatioOf(failed(LABELS, 'candidate', 3))).toBeNull();
  });
});

describe('the median of a histogram', () => {
  const anyMs = fc.double({ min: 1e-5, max: 10_000, noNaN: true });

  it('is within 5 % of the median of its times', () => {
    fc.assert(
      fc.property(fc.array(anyMs, { minLength: 1, maxLength: 30 }), (times) => {
        const median = times.toSorted((a, b) => a - b)[Math.ceil(times.length / 2) - 1]!;
        const measured = medianOf(times.map(timeOf).reduce(addTimes, NO_TIMES))!;
        expect(measured / median).toBeGreaterThan(0.95);
        expect(measured / median).toBeLessThan(1.05);
      }),
    );
  });

  it('takes times beyond either end for the nearest that it knows', () => {
    expect(medianOf(timeOf(0))).toBeLessThan(2e-6);
    expect(medianOf(timeOf(1e9))).toBeGreaterThan(10_000);
    expect(medianOf(NO_TIMES)).toBeNull();
  });
});
