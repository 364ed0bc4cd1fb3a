import { describe, expect, it } from 'vitest';
import { seededRandom } from './random.js';
import { fitTemperature } from './temperature.js';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';

describe('the temperature', () => {
  it.each([1, 1.7, 3])('brings back the one that scores were sharpened by: %s', (sharpened) => {
    const random = seededRandom(1);
    const labels: number[] = [];
    const probabilities = Float32Array.from(
      Array.from({ length: 6_000 }, () => {
        const score = 4 * uniformFloat64(random) - 2;
        labels.push(uniformFloat64(random) < 1 / (1 + Math.exp(-score)) ? 1 : 0);
        const sure = 1 / (1 + Math.exp(-score * sharpened));
        return [1 - sure, sure];
      }).flat(),
    );
    const fitted = fitTemperature(labels, probabilities);
    expect(fitted).toBeGreaterThan(0.9 * sharpened);
    expect(fitted).toBeLessThan(1.1 * sharpened);
  });

  it('does not make a model certain because a few rows were all answered correctly', () => {
    const rows = Array.from({ length: 20 }, (_, row) => row % 2);
    const probabilities = Float32Array.from(rows.flatMap((label) => (label === 1 ? [0.1, 0.9] : [0.9, 0.1])));
    expect(fitTemperature(rows, probabilities)).toBeGreaterThan(0.6);
  });
});
