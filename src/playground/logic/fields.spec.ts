import { describe, expect, it } from 'vitest';
import type { CategoricalFeature, NumberFeature } from '../types.js';
import { isUnseen, problemOf, rowOf } from './fields.js';

const MASS: NumberFeature = {
  kind: 'number',
  name: 'mass',
  description: '',
  minimum: 10,
  maximum: 20,
  integer: true,
  unit: 'g',
  example: 12,
  missing: { policy: 'default', value: 12 },
};
const ISLAND: CategoricalFeature = {
  kind: 'categorical',
  name: 'island',
  description: '',
  values: ['Dream', '4'],
  example: 'Dream',
  missing: { policy: 'refuse' },
};

describe('a value in a field', () => {
  it.each([
    ['12', undefined],
    ['', undefined],
    ['9', 'The least is 10 g.'],
    ['21', 'The most is 20 g.'],
    ['12.5', 'This must be a whole number.'],
    ['1e400', 'This must be a number.'],
    ['twelve', 'This must be a number.'],
  ])('%j as a number: %s', (text, problem) => {
    expect(problemOf(MASS, text)).toBe(problem);
  });

  it.each([
    ['4', undefined],
    ['', 'A value is needed here.'],
    ['Drem', 'Choose one of Dream, 4.'],
  ])('%j as a category: %s', (text, problem) => {
    expect(problemOf(ISLAND, text)).toBe(problem);
  });
});

describe('a row', () => {
  it('leaves out what is empty, and sends numbers as numbers and categories as text', () => {
    expect(rowOf([MASS, ISLAND], { mass: ' ', island: '4' })).toEqual({ island: '4' });
    expect(rowOf([MASS, ISLAND], { mass: '12', island: 'Dream' })).toEqual({ mass: 12, island: 'Dream' });
  });
});

describe('what training saw', () => {
  it('ends at its smallest and largest number, and at the categories that came', () => {
    const numbers = { kind: 'number', deciles: [10, 12, 15] } as const;
    expect([9, 10, 15, 16, null].map((value) => isUnseen(numbers, value))).toEqual([true, false, false, true, false]);
    const categories = { kind: 'categorical', counts: { Dream: 3, '4': 0 } } as const;
    expect(['Dream', '4', 'Biscoe'].map((value) => isUnseen(categories, value))).toEqual([false, true, true]);
  });
});
