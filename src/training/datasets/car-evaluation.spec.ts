import { describe, expect, it } from 'vitest';
import { carEvaluation } from './car-evaluation.js';
import { digestOf, toCsv } from './dataset.js';

const PUBLISHED_SHA256 = 'b703a9ac69f11e64ce8c223c0a40de4d2e9d769f7fb20be5f8f2e8a619893d83';

describe('the car evaluation data set', () => {
  it('is the published file, byte for byte', () => {
    expect(digestOf(carEvaluation)).toBe(PUBLISHED_SHA256);
  });

  it('has 1,728 rows in four classes of the published sizes', () => {
    const counts = new Map<unknown, number>();
    for (const row of carEvaluation.frame().rows()) counts.set(row.class, (counts.get(row.class) ?? 0) + 1);
    expect(Object.fromEntries(counts)).toEqual({ unacc: 1210, acc: 384, good: 69, vgood: 65 });
  });

  it('starts with the dearest car and ends with the cheapest, safety varying fastest', () => {
    const lines = toCsv(carEvaluation.frame(), carEvaluation.columns).trimEnd().split('\n');
    expect(lines).toHaveLength(1728);
    expect(lines[0]).toBe('vhigh,vhigh,2,2,small,low,unacc');
    expect(lines[1]).toBe('vhigh,vhigh,2,2,small,med,unacc');
    expect(lines.at(-1)).toBe('low,low,5more,more,big,high,vgood');
  });

  it('holds every combination of the attributes once', () => {
    const cars = carEvaluation
      .frame()
      .rows()
      .map((row) => JSON.stringify({ ...row, class: null }));
    expect(new Set(cars).size).toBe(1728);
  });
});
