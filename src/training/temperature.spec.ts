import { describe, expect, it } from 'vitest';
import { seededRandom } from './random.js';
import { fitTemperature, helpfulTemperature } from './temperature.js';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';

/** Answers that are as sure as they should be, but for the factor that their scores were sharpened by. */
function answers(rows: number, sharpened: number, seed = 1) {
  const random = seededRandom(seed);
  const labels: number[] = [];
  const probabilities = Float32Array.from(
    Array.from({ length: rows }, () => {
      const score = 4 * uniformFloat64(random) - 2;
      labels.push(uniformFloat64(random) < 1 / (1 + Math.exp(-score)) ? 1 : 0);
      const sure = 1 / (1 + Math.exp(-score * sharpened));
      return [1 - sure, sure];
    }).flat(),
  );
  return { labels, probabilities };
}

describe('the temperature', () => {
  it.each([1, 1.7, 3])('brings back the one that scores were sharpened by: %s', (sharpened) => {
    const { labels, probabilities } = answers(6_000, sharpened);
    const fitted = fitTemperature(labels, probabilities);
    expect(fitted).toBeGreaterThan(0.9 * sharpened);
    expect(fitted).toBeLessThan(1.1 * sharpened);
  });

  it('does not make a model certain because a few rows were all answered correctly', () => {
    const rows = Array.from({ length: 20 }, (_, row) => row % 2);
    const probabilities = Float32Array.from(rows.flatMap((label) => (label === 1 ? [0.1, 0.9] : [0.9, 0.1])));
    expect(fitTemperature(rows, probabilities)).toBeGreaterThan(0.6);
  });

  it('is taken where it helps on rows that it was not fitted on', () => {
    const { labels, probabilities } = answers(400, 3);
    expect(helpfulTemperature(labels, probabilities)).toBe(fitTemperature(labels, probabilities));
  });

  it('is seldom taken where the answers are as sure as they should be: 1 of 6 by chance alone', () => {
    const taken = Array.from({ length: 200 }, (_, seed) => {
      const { labels, probabilities } = answers(300, 1, seed);
      return helpfulTemperature(labels, probabilities) !== 1;
    }).filter(Boolean).length;
    expect(taken).toBeLessThan(50);
  });

  it('is 1 where there is next to nothing to judge it on', () => {
    expect(helpfulTemperature([0], Float32Array.of(0.9, 0.1))).toBe(1);
  });
});
