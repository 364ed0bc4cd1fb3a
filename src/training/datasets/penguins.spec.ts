import { describe, expect, it } from 'vitest';
import { digestOf, toCsv } from './dataset.js';
import { penguins } from './penguins.js';

const SHA256 = '06e7e2002484c61ed17754096633e36c640f79b28d32c00696b445ea5e86d2f9';
const rows = penguins.frame().rows();
const countsOf = (column: string) => {
  const counts = new Map<unknown, number>();
  for (const row of rows) counts.set(row[column], (counts.get(row[column]) ?? 0) + 1);
  return Object.fromEntries(counts);
};

describe('the penguin data set', () => {
  it('is the one that the shipped model was trained on', () => {
    expect(digestOf(penguins)).toBe(SHA256);
  });

  it('has 344 rows in three species of the published sizes', () => {
    expect(rows).toHaveLength(344);
    expect(countsOf('species')).toEqual({ Adelie: 152, Chinstrap: 68, Gentoo: 124 });
  });

  it('keeps missing values missing, the sex that is given as "." among them', () => {
    expect(countsOf('sex')).toEqual({ MALE: 168, FEMALE: 165, null: 11 });
    expect(countsOf('body_mass_g').null).toBe(2);
    expect(toCsv(penguins.frame(), penguins.columns).split('\n')[3]).toBe('Adelie,Torgersen,,,,,');
  });
});
