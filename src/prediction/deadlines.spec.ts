import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { AppConfig } from '../core/app-config.js';
import { Cancellation } from '../core/cancellation.js';
import { Deadlines } from './deadlines.js';

const LONGEST_MS = 1_000;

function deadlines(): Deadlines {
  return new Deadlines({ load: { requestTimeoutMs: LONGEST_MS } } as AppConfig);
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

it('ends a request at its own deadline, or at the longest that any may take', () => {
  const [short, long] = [new Cancellation().within(50), new Cancellation().within(5 * LONGEST_MS)];
  const all = deadlines();
  all.watch(long);
  all.watch(short);
  vi.advanceTimersByTime(60);
  expect([short.reason?.code, long.reason]).toEqual(['deadline-exceeded', undefined]);
  vi.advanceTimersByTime(LONGEST_MS);
  expect(long.reason?.code).toBe('deadline-exceeded');
});

it('leaves alone what is forgotten because of an end', () => {
  const all = deadlines();
  const requests = [1, 2, 3].map(() => new Cancellation().within(50));
  for (const request of requests) {
    all.watch(request);
    request.attach({
      cancelled: () => {
        for (const other of requests) all.forget(other);
      },
    });
  }
  vi.advanceTimersByTime(60);
  expect(requests.map(({ reason }) => reason?.code)).toEqual(['deadline-exceeded', undefined, undefined]);
});

it('ends exactly those requests that were not forgotten in time, whatever the order', () => {
  const step = fc.record({
    within: fc.integer({ min: 1, max: 400 }),
    /** Which of those that are watched is then forgotten; none when there are fewer. */
    forget: fc.nat(12),
    wait: fc.nat(60),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const all = deadlines();
      const watched: { readonly cancellation: Cancellation; readonly end: number }[] = [];
      const forgotten: Cancellation[] = [];
      for (const { within, forget, wait } of steps) {
        const cancellation = new Cancellation().within(within);
        all.watch(cancellation);
        watched.push({ cancellation, end: performance.now() + within });
        const [gone] = watched.splice(forget, 1);
        if (gone !== undefined && gone.cancellation.reason === undefined) {
          all.forget(gone.cancellation);
          forgotten.push(gone.cancellation);
        }
        vi.advanceTimersByTime(wait);
        // The timer rings up to two milliseconds late.
        for (const { cancellation: one, end } of watched) {
          if (performance.now() < end) expect(one.reason).toBeUndefined();
          if (performance.now() > end + 2) expect(one.reason).toBeDefined();
        }
      }
      vi.advanceTimersByTime(LONGEST_MS);
      expect(watched.filter(({ cancellation }) => cancellation.reason === undefined)).toEqual([]);
      expect(forgotten.filter(({ reason }) => reason !== undefined)).toEqual([]);
    }),
  );
});
