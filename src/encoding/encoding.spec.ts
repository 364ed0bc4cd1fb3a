import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  anyBroadSignature,
  anyRow,
  anySignature,
  category,
  number,
  rowFor,
  signatureOf,
} from '../../test/support/signatures.js';
import { explainRow } from './row-dto.js';
import { RowEncoder } from './row-encoder.js';

const encode = (signature: Parameters<typeof explainRow>[0], row: unknown) =>
  new RowEncoder(signature).encode([row])?.data;

describe('encoder and explanation', () => {
  it('agree on every row: what the encoder refuses is explained, and nothing else', () => {
    fc.assert(
      fc.property(anySignature, anyRow, (signature, row) => {
        const accepted = encode(signature, row) !== undefined;
        expect(explainRow(signature, row).length === 0).toBe(accepted);
      }),
      { numRuns: 1_000 },
    );
  });

  it('agrees with itself on rows by column, as training has them', () => {
    const rowsOf = anyBroadSignature.chain((signature) =>
      fc.tuple(fc.constant(signature), fc.array(rowFor(signature), { minLength: 1, maxLength: 5 })),
    );
    fc.assert(
      fc.property(rowsOf, ([signature, rows]) => {
        const encoder = new RowEncoder(signature);
        const byColumn = encoder.encodeColumns(rows.length, (name) => rows.map((row) => row[name]));
        expect(byColumn).toEqual(encoder.encode(rows));
      }),
      { numRuns: 500 },
    );
  });

  it('never let a number through that is not finite in float32', () => {
    fc.assert(
      fc.property(anySignature, anyRow, (signature, row) => {
        expect(encode(signature, row)?.every(Number.isFinite) ?? true).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('a categorical feature', () => {
  const colours = ['red', 'green', 'blue'];

  it('becomes a column per value when one-hot', () => {
    expect([...encode(signatureOf(category('colour', colours)), { colour: 'green' })!]).toEqual([0, 1, 0]);
  });

  it('becomes its place from 0 to 1 when ordinal', () => {
    const signature = signatureOf(category('colour', colours, { encoding: 'ordinal' }));
    expect([...encode(signature, { colour: 'green' })!]).toEqual([0.5]);
  });

  it('takes a number for the category of the same text', () => {
    const signature = signatureOf(category('doors', ['2', '4', '5more']));
    expect(encode(signature, { doors: 4 })).toEqual(encode(signature, { doors: '4' }));
  });

  it('names the nearest value for a slip of the pen', () => {
    const [problem] = explainRow(signatureOf(category('colour', colours)), { colour: 'Gren' });
    expect(problem).toMatchObject({ field: 'colour', code: 'not-allowed', allowed: colours, nearest: 'green' });
    expect(problem?.message).toContain('did you mean "green"?');
  });

  it('compares no text of attack length', () => {
    const [problem] = explainRow(signatureOf(category('colour', colours)), { colour: 'g'.repeat(1_000_000) });
    expect(problem).toMatchObject({ code: 'not-allowed' });
    expect(problem).not.toHaveProperty('nearest');
  });

  it('survives a value nested deeper than the stack', () => {
    const deep = JSON.parse('['.repeat(20_000) + ']'.repeat(20_000)) as unknown;
    expect(explainRow(signatureOf(category('colour', colours)), { colour: deep })).toMatchObject([
      { code: 'wrong-type' },
    ]);
  });
});

describe('a number feature', () => {
  const weight = number('weight', { minimum: 0, maximum: 10, normalisation: { mean: 4, std: 2 } });
  const codeOf = (value: unknown) => explainRow(signatureOf(weight), { weight: value })[0]?.code;

  it('is standardised', () => {
    expect([...encode(signatureOf(weight), { weight: 8 })!]).toEqual([2]);
  });

  it.each([
    [11, 'out-of-range'],
    [-1, 'out-of-range'],
    [Infinity, 'not-finite'],
    [NaN, 'not-finite'],
    ['8', 'wrong-type'],
    [true, 'wrong-type'],
    [null, 'null'],
    [undefined, 'required'],
  ])('refuses %s as %s', (value, code) => {
    expect(codeOf(value)).toBe(code);
  });

  it('refuses a finite double that overflows float32', () => {
    const free = signatureOf(number('x'));
    expect(encode(free, { x: 1e39 })).toBeUndefined();
    expect(explainRow(free, { x: 1e39 })).toMatchObject([{ code: 'out-of-range' }]);
  });

  it('refuses a fraction when it is an integer', () => {
    const whole = signatureOf(number('n', { integer: true }));
    expect(encode(whole, { n: 2 })).toBeDefined();
    expect(explainRow(whole, { n: 2.5 })).toMatchObject([{ code: 'wrong-type', message: 'must be a whole number' }]);
  });
});

describe('a missing value', () => {
  const signature = signatureOf(number('x', { missing: { policy: 'default', value: 7 } }));

  it.each([[{}], [{ x: null }], [{ x: undefined }]])('is replaced by the default: %j', (row) => {
    expect([...encode(signature, row)!]).toEqual([7]);
  });
});

describe('a row', () => {
  const signature = signatureOf(category('colour', ['red', 'blue']), number('size'));

  it('is explained in full, not up to the first problem', () => {
    const problems = explainRow(signature, { colour: 'green', siez: 1 });
    expect(problems.map(({ field, code }) => [field, code])).toEqual([
      ['siez', 'unknown-field'],
      ['colour', 'not-allowed'],
      ['size', 'required'],
    ]);
    expect(problems[0]?.nearest).toBe('size');
  });

  it.each(['__proto__', 'constructor', 'prototype'])('may not have the key %s', (key) => {
    const row = JSON.parse(`{"colour": "red", "size": 1, "${key}": {"polluted": true}}`) as unknown;
    expect(encode(signature, row)).toBeUndefined();
    expect(explainRow(signature, row)).toMatchObject([{ field: key, code: 'forbidden-key' }]);
    expect({}).not.toHaveProperty('polluted');
  });

  it('keeps its place among the others', () => {
    const batch = new RowEncoder(signature).encode([
      { colour: 'red', size: 1 },
      { colour: 'blue', size: 2 },
    ]);
    expect(batch).toEqual({ rows: 2, width: 3, data: Float32Array.of(1, 0, 1, 0, 1, 2) });
  });
});
