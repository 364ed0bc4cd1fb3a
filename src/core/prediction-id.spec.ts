import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newPredictionId, readRowId, timeOfPrediction } from './prediction-id.js';

describe('the id of a prediction', () => {
  it('is a UUID of version 7 that holds the time', () => {
    const now = Date.now() + 10_000;
    const id = newPredictionId(now);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(timeOfPrediction(id)).toBe(now);
  });

  it('never comes twice, and sorts by time, however many are made in a millisecond and whatever the clock does', () => {
    const start = Date.now() + 60_000;
    // The clock stands still, goes back, and goes on.
    const clock = [
      ...Array<number>(10_000).fill(start),
      ...Array<number>(10).fill(start - 5_000),
      start + 1,
      start + 9,
    ];
    const ids = clock.map((now) => newPredictionId(now));
    expect(new Set(ids).size).toBe(ids.length);
    expect([...ids].sort()).toEqual(ids);
  });
});

describe('the name of a row', () => {
  it('is the id and the place in the request; the id alone is the first row', () => {
    fc.assert(
      fc.property(fc.nat(999_999_999), (row) => {
        const prediction = newPredictionId();
        expect(readRowId(`${prediction}/${row}`)).toEqual({ prediction, row });
        expect(readRowId(prediction)).toEqual({ prediction, row: 0 });
      }),
    );
  });

  it.each(['', '1', 'x/0', '/0', '//'])('is not %j', (text) => {
    expect(readRowId(text)).toBeUndefined();
  });

  it.each(['/', '/-1', '/01', '/1.5', '/1/2', '/ 1', '/1e3', ' ', '\n', '/99999999999'])(
    'is not an id followed by %j',
    (rest) => {
      expect(readRowId(newPredictionId() + rest)).toBeUndefined();
    },
  );
});
