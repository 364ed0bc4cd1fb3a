import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Usage, WINDOW_SECONDS } from './usage.js';

describe('use in a minute', () => {
  const events = fc.array(fc.tuple(fc.nat(90), fc.nat(20)), { maxLength: 60 });

  it('is what was added in the last 60 seconds, whatever came before', () => {
    fc.assert(
      fc.property(events, (steps) => {
        const usage = new Usage();
        const added: { readonly second: number; readonly amount: number }[] = [];
        let now = 0;
        for (const [pause, amount] of steps) {
          now += pause;
          usage.add(amount, now);
          added.push({ second: now, amount });
          const recent = added.filter(({ second }) => second > now - WINDOW_SECONDS);
          expect(usage.total(now)).toBe(recent.reduce((sum, { amount: one }) => sum + one, 0));
        }
      }),
    );
  });

  it('is less by what was asked for after the seconds that are told', () => {
    fc.assert(
      fc.property(events, fc.integer({ min: 1, max: 50 }), (steps, excess) => {
        const usage = new Usage();
        let now = 0;
        for (const [pause, amount] of steps) usage.add(amount, (now += pause));
        const before = usage.total(now);
        const wait = usage.secondsUntilLess(excess, now);
        fc.pre(before >= excess);
        expect(usage.total(now + wait)).toBeLessThanOrEqual(before - excess);
      }),
    );
  });
});
