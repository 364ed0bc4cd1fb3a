import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RecentConfidence } from './recent-confidence.js';

const HOUR = 3_600_000;
const SLOT = 300_000;

it('the recent confidence is the sum of what came within the hour, give or take a slot of five minutes', () => {
  const step = fc.record({ wait: fc.nat(2 * HOUR), rows: fc.integer({ min: 1, max: 9 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), fc.nat(2 * HOUR), (steps, wait) => {
      const recent = new RecentConfidence();
      const seen: { at: number; rows: number }[] = [];
      let now = 1_800_000_000_000;
      for (const { wait: before, rows } of steps) {
        now += before;
        recent.add(now, rows, rows / 2);
        seen.push({ at: now, rows });
      }
      now += wait;
      const { rows, confidence } = recent.sum(now);
      const within = (span: number) => seen.filter(({ at }) => now - at < span).reduce((sum, one) => sum + one.rows, 0);
      expect(confidence).toBe(rows / 2);
      expect(rows).toBeGreaterThanOrEqual(within(HOUR - SLOT));
      expect(rows).toBeLessThanOrEqual(within(HOUR + SLOT));
    }),
  );
});

it('a clock that goes back loses nothing', () => {
  const recent = new RecentConfidence();
  recent.add(10 * HOUR, 1, 1);
  recent.add(5 * HOUR, 1, 0.5);
  expect(recent.sum(10 * HOUR)).toEqual({ rows: 2, confidence: 1.5 });
});
