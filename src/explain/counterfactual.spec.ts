import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Change, type Option, searchCounterfactual, tighten, type Try } from './counterfactual.js';

const numbers = (...values: number[]): Option[] => values.map((value) => ({ value, distance: Math.abs(value) }));

/** The class flips where the sum of the changes reaches `threshold`. */
const sumReaches =
  (threshold: number): Try =>
  (sets) =>
    Promise.resolve(
      sets.map((set) => {
        const score = set.reduce((sum, { value }) => sum + Number(value), 0);
        return { flipped: score >= threshold, score };
      }),
    );

const roomy = { changes: 3, rows: 10_000 };

describe('the search for a counterfactual', () => {
  it('takes one change where one is enough, and the nearest of those', async () => {
    const options = [numbers(1, 2, 3), numbers(2, 5)];
    const found = await searchCounterfactual(options, roomy, sumReaches(2));
    expect(found).toEqual({ changes: [{ feature: 0, value: 2, distance: 2 }], exhaustive: true });
  });

  it('takes two where one is not enough', async () => {
    const found = await searchCounterfactual([numbers(1, 2), [], numbers(1, 3)], roomy, sumReaches(4));
    expect(found?.changes.map(({ feature, value }) => [feature, value])).toEqual([
      [0, 1],
      [2, 3],
    ]);
  });

  it('says so when there is none', async () => {
    expect(await searchCounterfactual([numbers(1)], roomy, sumReaches(9))).toBeUndefined();
    expect(await searchCounterfactual([[], []], roomy, sumReaches(0))).toBeUndefined();
  });

  it('never asks for more rows than it may, and says when it could not try everything', async () => {
    const options = Array.from({ length: 12 }, () => numbers(...Array.from({ length: 10 }, (_, index) => index + 1)));
    let asked = 0;
    const attempt: Try = (sets) => {
      asked += sets.length;
      return sumReaches(25)(sets);
    };
    const found = await searchCounterfactual(options, { changes: 4, rows: 8_000 }, attempt);
    expect(found?.exhaustive).toBe(false);
    expect(found?.changes).toHaveLength(3);
    expect(asked).toBeLessThanOrEqual(8_000);
  });

  it('finds the fewest and nearest changes, as a look at all of them does', async () => {
    const option = fc.integer({ min: 1, max: 9 });
    const feature = fc.uniqueArray(option, { minLength: 0, maxLength: 3 });
    const cases = fc.tuple(fc.array(feature, { minLength: 1, maxLength: 4 }), fc.integer({ min: 1, max: 25 }));
    await fc.assert(
      fc.asyncProperty(cases, async ([values, threshold]) => {
        const options = values.map((list) => numbers(...list));
        const found = await searchCounterfactual(options, { changes: 4, rows: 100_000 }, sumReaches(threshold));
        const sets = allSets(options).filter((set) => sumOf(set) >= threshold && set.length > 0);
        const fewest = Math.min(...sets.map(({ length }) => length));
        const nearest = Math.min(...sets.filter(({ length }) => length === fewest).map(sumOf));
        expect(found === undefined).toBe(sets.length === 0);
        if (found === undefined) return;
        expect(found.changes).toHaveLength(fewest);
        expect(sumOf(found.changes)).toBe(nearest);
      }),
    );
  });
});

describe('tightening', () => {
  it('moves a number to the edge of the flip', async () => {
    const changes: Change[] = [{ feature: 0, value: 8, distance: 8 }];
    const between = (_: Change, share: number) => ({ value: 8 * share, distance: 8 * share });
    const [tight] = await tighten(changes, between, sumReaches(3));
    expect(Number(tight!.value)).toBeGreaterThanOrEqual(3);
    expect(Number(tight!.value)).toBeLessThan(3.01);
  });

  it('leaves alone what has nothing between', async () => {
    const changes: Change[] = [{ feature: 0, value: 'red', distance: 1 }];
    expect(await tighten(changes, () => undefined, sumReaches(3))).toEqual(changes);
  });
});

function sumOf(set: readonly Change[]): number {
  return set.reduce((sum, { distance }) => sum + distance, 0);
}

function allSets(options: readonly (readonly Option[])[]): Change[][] {
  return options.reduce<Change[][]>(
    (sets, values, feature) =>
      sets.flatMap((set) => [set, ...values.map((option) => [...set, { feature, ...option }])]),
    [[]],
  );
}
