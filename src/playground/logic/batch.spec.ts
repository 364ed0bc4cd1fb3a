import { describe, expect, it } from 'vitest';
import type { Feature } from '../types.js';
import { chunksOf, outcomesOf, withOutcomes } from './batches.js';
import { confusionOf } from './confusion.js';
import { guessLabelColumn, guessMapping, toRow } from './csv-mapping.js';

const common = { description: '', missing: { policy: 'refuse' } } as const;
const FEATURES: readonly Feature[] = [
  { ...common, kind: 'number', name: 'body_mass_g', minimum: 0, maximum: 9, integer: false, unit: 'g', example: 1 },
  { ...common, kind: 'categorical', name: 'doors', values: ['2', '4'], example: '2' },
];
const RESULT = { class: 0, label: 'a', probability: 0.75, probabilities: { a: 0.75, b: 0.25 } };

describe('columns', () => {
  it('are found by the very name before a similar one', () => {
    expect(guessMapping(FEATURES, ['Body Mass (g)', 'DOORS', 'doors', 'x'])).toEqual({
      body_mass_g: 'Body Mass (g)',
      doors: 'doors',
    });
  });

  it('that are not there are none', () => {
    expect(guessMapping(FEATURES, ['doors']).body_mass_g).toBeNull();
  });

  it('hold the truth when all their values are classes', () => {
    const records = [
      { doors: '2', note: 'a', class: 'b' },
      { doors: '4', note: 'b', class: 'a' },
    ];
    const mapping = { body_mass_g: null, doors: 'doors' };
    expect(guessLabelColumn(['doors', 'note', 'class'], mapping, records, ['a', 'b'])).toBe('class');
    expect(guessLabelColumn(['doors', 'note'], mapping, records, ['a', 'c'])).toBeNull();
  });

  it('become rows: numbers where they are numbers, text where the service will say what is wrong', () => {
    const mapping = { body_mass_g: 'm', doors: 'd' };
    expect(toRow(FEATURES, mapping, { m: ' 4.5 ', d: '4' })).toEqual({ body_mass_g: 4.5, doors: '4' });
    expect(toRow(FEATURES, mapping, { m: 'heavy', d: '' })).toEqual({ body_mass_g: 'heavy' });
  });
});

describe('answers', () => {
  it('come back in the order of the rows, refused ones with their reasons', () => {
    const errors = [{ row: 1, problems: [{ pointer: '/inputs/1/doors', message: 'is required' }] }];
    expect(outcomesOf({ model: 'm', version: '1', results: [RESULT, null], errors })).toEqual([
      { result: RESULT },
      { problem: 'doors is required' },
    ]);
  });

  it('stand behind the columns of the file, and no spreadsheet takes a reason for a formula', () => {
    const rows = withOutcomes([{ x: '1' }, { x: '2' }], [{ result: RESULT }, { problem: '=1+1' }], ['a', 'b']);
    expect(rows).toEqual([
      { x: '1', predicted: 'a', probability: 0.75, p_a: 0.75, p_b: 0.25, error: '' },
      { x: '2', predicted: '', probability: '', p_a: '', p_b: '', error: "'=1+1" },
    ]);
  });

  it('are asked for in pieces that lose no row', () => {
    const rows = Array.from({ length: 2501 }, (_, row) => ({ row }));
    const chunks = chunksOf(rows);
    expect(chunks.map(({ length }) => length)).toEqual([1000, 1000, 501]);
    expect(chunks.flat()).toEqual(rows);
  });
});

it('a confusion matrix counts the rows of which both classes are known', () => {
  const pairs = [
    ['a', 'a'],
    ['a', 'b'],
    ['b', 'b'],
    ['?', 'a'],
    ['b', undefined],
  ] as const;
  expect(confusionOf(['a', 'b'], pairs)).toEqual({
    rows: 3,
    accuracy: 2 / 3,
    matrix: [
      [1, 1],
      [0, 1],
    ],
  });
  expect(confusionOf(['a', 'b'], [])).toBeNull();
});
