import { describe, expect, it } from 'vitest';
import { category, number, signatureOf } from '../../../test/support/signatures.js';
import { signatureDifferences } from '../../core/compare-signatures.js';
import type { RowBatch } from '../../core/row-batch.js';
import type { Signature } from '../../core/signature.js';
import { TabularSlot } from '../../model/tabular-slot.js';
import type { Manifest } from '../../model/package/manifest.js';
import { compareAnswers } from './compare-answers.js';

const COLOUR = category('colour', ['red', 'blue']);
const SIGNATURE = signatureOf(COLOUR, number('size'));

/** A slot whose model answers `table[code]` to a row of that colour code. */
function slotOf(signature: Signature, table: readonly (readonly number[])[]): TabularSlot {
  const run = ({ data, rows, width }: RowBatch) =>
    Promise.resolve(Float32Array.from(Array.from({ length: rows }, (_, row) => table[data[row * width + 1]!]!).flat()));
  return new TabularSlot({
    manifest: { signature } as Manifest,
    digest: '',
    backend: 'cpu',
    golden: { records: [] },
    layout: 'columns',
    maxRows: 100,
    model: { inputWidth: null, outputWidth: null, parallelism: 1, placement: 'inline', run, close: () => undefined },
  });
}

describe('signatures', () => {
  it.each<[string, Signature, string[]]>([
    ['the same', SIGNATURE, []],
    [
      'another order, encoding and description',
      signatureOf(number('size', { description: 'x' }), { ...COLOUR, encoding: 'ordinal' } as typeof COLOUR),
      [],
    ],
    ['a feature less', signatureOf(COLOUR), ['feature "size" is only in the first']],
    [
      'a value more',
      signatureOf(category('colour', ['red', 'blue', 'green']), number('size')),
      ['feature "colour": value "green" is only in the second'],
    ],
    [
      'another kind',
      signatureOf(number('colour'), number('size')),
      ['feature "colour" is categorical in the first, number in the second'],
    ],
    [
      'another range',
      signatureOf(COLOUR, number('size', { maximum: 9 })),
      ['feature "size": the maximum is none in the first, 9 in the second'],
    ],
    [
      'another policy',
      signatureOf(COLOUR, number('size', { missing: { policy: 'default', value: 1 } })),
      ['feature "size": a missing value is refused in the first, replaced in the second'],
    ],
    [
      'other classes',
      {
        ...SIGNATURE,
        classes: [
          { label: 'no', title: '' },
          { label: 'maybe', title: '' },
        ],
      },
      ['class "yes" is only in the first', 'class "maybe" is only in the second'],
    ],
  ])('with %s', (_, other, differences) => {
    expect(signatureDifferences(SIGNATURE, other)).toEqual(differences);
  });
});

describe('answers', () => {
  const signature = signatureOf(COLOUR);
  const swapped = { ...signature, classes: signature.classes.toReversed() };
  const rows = [{ colour: 'red' }, { colour: 'blue' }, { colour: 'blue' }];
  const before = slotOf(signature, [
    [0.75, 0.25],
    [0.25, 0.75],
  ]);

  it('are compared by the names of the classes, whatever their order', async () => {
    const after = slotOf(swapped, [
      [0.25, 0.75],
      [0.75, 0.25],
    ]);
    expect(await compareAnswers(before, after, [rows], 9)).toMatchObject({
      changed: 0,
      largestChange: 0,
      agreement: 1,
    });
  });

  it('are counted over all groups, and the first changes are kept', async () => {
    const after = slotOf(signature, [
      [0.75, 0.25],
      [1, 0],
    ]);
    expect(await compareAnswers(before, after, [rows, rows], 1)).toEqual({
      inputs: 6,
      changed: 4,
      agreement: 1 - 4 / 6,
      largestChange: 0.75,
      labels: ['no', 'yes'],
      confusionMatrix: [
        [2, 0],
        [4, 0],
      ],
      examples: [
        {
          input: { colour: 'blue' },
          before: { label: 'yes', probability: 0.75 },
          after: { label: 'no', probability: 1 },
        },
      ],
    });
  });
});
