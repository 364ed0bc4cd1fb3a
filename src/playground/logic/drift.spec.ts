import { describe, expect, it } from 'vitest';
import type { FeatureDrift, VersionDrift } from '../live-types.js';
import { binName, collectingText, distributionText, inOrderOfDrift, spanText, testText } from './drift.js';

const SHARES = { reference: 0.5, window: 0.25 };

describe('a bar of a distribution', () => {
  it.each([
    [{ label: 'med', ...SHARES }, 'med'],
    [{ from: null, to: 32.1, ...SHARES }, 'below 32.1'],
    [{ from: 32.1, to: 36.4, ...SHARES }, '32.1 to 36.4'],
    [{ from: 4, to: 4, ...SHARES }, '4'],
    [{ from: 59.6, to: null, ...SHARES }, 'above 59.6'],
    [{ from: null, to: null, ...SHARES }, 'any'],
  ])('%j is called %s', (bin, name) => {
    expect(binName(bin)).toBe(name);
  });

  it('is told to who cannot see it', () => {
    expect(distributionText('Safety', [{ label: 'high', ...SHARES }])).toBe(
      'Distribution of Safety. high: 50.0% in training, 25.0% now.',
    );
  });
});

it('what drifts comes first, the furthest before the others; the rest keeps the order of the signature', () => {
  const feature = (name: string, state: FeatureDrift['state'], psi: number) => ({ name, state, psi }) as FeatureDrift;
  const features = [
    feature('a', 'ok', 9),
    feature('b', 'drifting', 1),
    feature('c', 'ok', 0),
    feature('d', 'drifting', 2),
  ];
  expect(inOrderOfDrift(features).map(({ name }) => name)).toEqual(['d', 'b', 'a', 'c']);
});

it('the test that is told is the one that says most', () => {
  const test = { of: 'values', method: 'ks', statistic: 0.25568, p: 0.01 } as const;
  const rates = { ...test, of: 'rates', method: 'chi2', statistic: 121.13 } as const;
  expect(
    testText([
      { ...test, adjusted: 0.0213 },
      { ...rates, adjusted: 1 },
    ]),
  ).toBe('Kolmogorov-Smirnov: 0.256, adjusted p = 0.021');
  expect(
    testText([
      { ...test, adjusted: 1 },
      { ...rates, adjusted: 1e-9 },
    ]),
  ).toBe('chi-square of missing and refused values: 121, adjusted p < 0.0001');
  expect(testText([])).toBeNull();
});

it('what is wanted for a verdict is told in rows and time', () => {
  const collecting = { rows: 1_200, since: '', untilRows: 10_000, untilSeconds: 5_400 };
  expect(collectingText({ collecting } as VersionDrift)).toBe(
    '1,200 of 10,000 rows; after 90 minutes 100 rows are enough.',
  );
  expect([1, 3_600, 86_400].map(spanText)).toEqual(['1 second', '1 hour', '24 hours']);
});
