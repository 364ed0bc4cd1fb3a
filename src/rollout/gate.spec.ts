import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GateThresholds } from '../core/rollout.js';
import { judge, type LiveComparison } from './gate.js';
import { noStatistics, type RolloutStatistics } from './rollout-statistics.js';
import { addTimes, NO_TIMES, timeOf } from './time-histogram.js';

const GATE: GateThresholds = {
  minRows: 1_000,
  minAgreement: 0.98,
  maxErrorRate: 0.001,
  maxLatencyRatio: 1.5,
  minLabels: 0,
};

interface Seen {
  readonly agreeing: number;
  readonly differing?: number;
  readonly errors?: number;
  readonly ratio?: number;
}

function statisticsOf({ agreeing, differing = 0, errors = 0, ratio = 1 }: Seen): RolloutStatistics {
  const rows = agreeing + differing;
  const times = (ms: number) => (rows === 0 ? NO_TIMES : addTimes(NO_TIMES, timeOf(ms)));
  return {
    ...noStatistics(['no', 'yes']),
    confusionMatrix: [
      [agreeing, differing],
      [0, 0],
    ],
    current: { rows, errors: 0, times: times(1) },
    candidate: { rows: rows + errors, errors, times: times(ratio) },
  };
}

const stateOf = (seen: Seen, gate: Partial<GateThresholds> = {}) =>
  judge({ ...GATE, ...gate }, statisticsOf(seen)).state;

describe('the gate', () => {
  it.each<[string, Seen, string]>([
    ['has seen nothing', { agreeing: 0 }, 'undecided'],
    ['lacks a row', { agreeing: 999 }, 'undecided'],
    ['has its rows, all the same', { agreeing: 1_000 }, 'pass'],
    ['has just enough agreement', { agreeing: 980, differing: 20 }, 'pass'],
    ['lacks agreement', { agreeing: 979, differing: 21 }, 'fail'],
    ['has just few enough errors', { agreeing: 1_999, errors: 1 }, 'pass'],
    ['has too many errors', { agreeing: 1_900, errors: 3 }, 'fail'],
    ['is fast enough', { agreeing: 1_000, ratio: 1.4 }, 'pass'],
    ['is too slow', { agreeing: 1_000, ratio: 1.7 }, 'fail'],
    ['is too slow, and has not all its rows yet', { agreeing: 999, ratio: 9 }, 'undecided'],
    ['can still make up for what differed', { agreeing: 0, differing: 20 }, 'undecided'],
    ['cannot make up for what differed any more', { agreeing: 0, differing: 21 }, 'fail'],
    ['can still make up for an error', { agreeing: 0, errors: 1 }, 'undecided'],
    ['cannot make up for its errors any more', { agreeing: 0, errors: 2 }, 'fail'],
  ])('when the candidate %s', (_, seen, state) => {
    expect(stateOf(seen)).toBe(state);
  });

  it('says what its verdict rests on', () => {
    expect(judge(GATE, statisticsOf({ agreeing: 300 })).reasons).toEqual(['300 of 1000 rows compared']);
    expect(judge(GATE, statisticsOf({ agreeing: 900, differing: 100, errors: 5 })).reasons).toEqual([
      'agreement 0.9000 (900 of 1000 rows) is out of reach of 0.98',
      'error rate 0.0050 (5 of 1005 rows) is beyond 0.001',
      '1000 of 1000 rows compared',
    ]);
    expect(judge(GATE, statisticsOf({ agreeing: 1_000 })).reasons).toEqual([
      'agreement 1.0000 (1000 of 1000 rows) is at least 0.98',
      'error rate 0.0000 (0 of 1000 rows) is at most 0.001',
      'latency ratio 1.00 is at most 1.5',
      '1000 of 1000 rows compared',
    ]);
  });

  const live = (before: readonly [number, number], after: readonly [number, number]): LiveComparison => ({
    current: { correct: before[0], rows: before[1] },
    candidate: { correct: after[0], rows: after[1] },
  });

  it.each<[string, LiveComparison | null, number, string]>([
    ['knows no labels, and needs none', null, 0, 'pass'],
    ['knows no labels, and needs some', null, 100, 'undecided'],
    ['has too few labels', live([90, 100], [89, 99]), 100, 'undecided'],
    ['has its labels, all the same', live([90, 100], [90, 100]), 100, 'pass'],
    ['is a little worse, as chance may have it', live([90, 100], [85, 100]), 100, 'pass'],
    ['is better', live([70, 100], [95, 100]), 100, 'pass'],
    ['is worse beyond chance', live([180, 200], [140, 200]), 100, 'fail'],
    ['is worse beyond chance, and no labels were asked for', live([180, 200], [140, 200]), 0, 'fail'],
    ['is worse, of fewer labels than say anything', live([29, 29], [0, 29]), 0, 'pass'],
    ['is worse by the 30th label', live([30, 30], [0, 30]), 1_000, 'fail'],
  ])('when the candidate %s', (_, labelled, minLabels, state) => {
    expect(judge({ ...GATE, minLabels }, statisticsOf({ agreeing: 1_000 }), labelled).state).toBe(state);
  });

  it('says what it makes of labels', () => {
    const worse = judge({ ...GATE, minLabels: 500 }, statisticsOf({ agreeing: 300 }), live([180, 200], [140, 200]));
    expect(worse.reasons).toEqual([
      'live accuracy 0.7000 (140 of 200 rows) is significantly worse than 0.9000 (180 of 200 rows)',
      '300 of 1000 rows compared',
      '200 of 500 labels for each version',
    ]);
  });

  it('seldom takes equals for worse, however often it looks', () => {
    let state = 7;
    const chance = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
    const runs = 200;
    let failed = 0;
    for (let run = 0; run < runs; run += 1) {
      const [current, candidate] = [
        { rows: 0, correct: 0 },
        { rows: 0, correct: 0 },
      ];
      for (let label = 0; label < 1_000; label += 1) {
        const one = chance() < 0.5 ? current : candidate;
        one.rows += 1;
        if (chance() < 0.85) one.correct += 1;
        if (judge(GATE, statisticsOf({ agreeing: 1_000 }), { current, candidate }).state !== 'fail') continue;
        failed += 1;
        break;
      }
    }
    // Expected are fewer than 2 %; 5 % are five standard deviations away.
    expect(failed).toBeLessThan(runs * 0.05);
  });

  const count = fc.nat(60);
  const anySeen = fc.record({ agreeing: count, differing: count, errors: count });
  const anyGate = fc.record({
    minRows: fc.integer({ min: 1, max: 100 }),
    minAgreement: fc.integer({ min: 0, max: 100 }).map((percent) => percent / 100),
    maxErrorRate: fc.integer({ min: 0, max: 100 }).map((percent) => percent / 100),
    maxLatencyRatio: fc.constant(2),
    minLabels: fc.constant(0),
  });

  it('fails early only what the best of all further rows would not save', () => {
    fc.assert(
      fc.property(anySeen, anyGate, (seen, gate) => {
        const missing = Math.max(0, gate.minRows - seen.agreeing - seen.differing);
        const best = judge(gate, statisticsOf({ ...seen, agreeing: seen.agreeing + missing })).state;
        const now = judge(gate, statisticsOf(seen)).state;
        if (missing === 0) expect(now).not.toBe('undecided');
        else expect(now).not.toBe('pass');
        if (now === 'fail') expect(best).toBe('fail');
      }),
    );
  });

  it('passes nothing that passes no longer when more rows agree', () => {
    fc.assert(
      fc.property(anySeen, anyGate, count, (seen, gate, more) => {
        fc.pre(judge(gate, statisticsOf(seen)).state === 'pass');
        expect(judge(gate, statisticsOf({ ...seen, agreeing: seen.agreeing + more })).state).toBe('pass');
      }),
    );
  });
});
