import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyBroadSignature, category, number, rowFor, signatureOf } from '../../test/support/signatures.js';
import { readMatrix } from './matrix-reader.js';
import { RowEncoder } from './row-encoder.js';

describe('an encoded matrix', () => {
  it('is read as the rows that it encodes', () => {
    const cases = anyBroadSignature.chain((signature) => fc.tuple(fc.constant(signature), rowFor(signature)));
    fc.assert(
      fc.property(cases, ([signature, row]) => {
        const batch = new RowEncoder(signature).encode([row]);
        if (batch === undefined) return;
        const reading = readMatrix(signature, batch.data);
        if (!('rows' in reading)) throw new Error(reading.faults[0]?.message);
        const [read] = reading.rows;
        for (const feature of signature.features) {
          const sent = row[feature.name] ?? (feature.missing.policy === 'default' ? feature.missing.value : undefined);
          if (feature.kind === 'categorical') expect(read![feature.name]).toBe(String(sent as string | number));
          else expect(read![feature.name]).toEqual(expect.any(Number));
        }
      }),
      { numRuns: 500 },
    );
  });

  const signature = signatureOf(
    category('colour', ['red', 'green']),
    category('size', ['s', 'm', 'l'], { encoding: 'ordinal' }),
    number('age', { minimum: 0, maximum: 10, integer: true, normalisation: { mean: 5, std: 2 } }),
  );

  it.each([
    ['two ones', [1, 1, 0.5, 0], 'colour', 0],
    ['no one', [0, 0, 0.5, 0], 'colour', 0],
    ['half a one', [0.5, 0.5, 0.5, 0], 'colour', 0],
    ['an index between two values', [1, 0, 0.4, 0], 'size', 2],
    ['NaN', [1, 0, 0.5, NaN], 'age', 3],
    ['a number out of range', [1, 0, 0.5, 3], 'age', 3],
    ['half a whole number', [1, 0, 0.5, 0.25], 'age', 3],
  ])('with %s encodes no row', (_, row, feature, column) => {
    const reading = readMatrix(signature, Float32Array.from(row));
    expect(reading).toMatchObject({ faults: [{ row: 0, feature, column }] });
  });
});
