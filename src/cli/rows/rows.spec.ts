import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { category, number, signatureOf } from '../../../test/support/signatures.js';
import { csvRows } from './csv-rows.js';
import { jsonlRows } from './jsonl-rows.js';
import type { Chunks, RowLine } from './row-line.js';

const SIGNATURE = signatureOf(
  category('colour', ['red', 'dark, "deep"\nblue', 'grün 🚗']),
  number('size', { missing: { policy: 'default', value: 1 } }),
);

/** The bytes of `text` in pieces of `size`, which cut characters and line ends in two. */
function* cut(text: string, size: number): Generator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function* chunksOf(text: string, size = 1): Chunks {
  for (const piece of cut(text, size)) yield await Promise.resolve(piece);
}

async function all(lines: AsyncIterable<RowLine>): Promise<RowLine[]> {
  const all: RowLine[] = [];
  for await (const line of lines) all.push(line);
  return all;
}

const csv = (text: string, size?: number) => all(csvRows(chunksOf(text, size), SIGNATURE, false));

/** Negative zero is left out: JavaScript writes it as 0. */
const anySize = fc.double({ noNaN: true, noDefaultInfinity: true }).map((size) => size + 0);

const anyRow = fc.record(
  {
    colour: fc.constantFrom('red', 'dark, "deep"\nblue', 'grün 🚗'),
    size: anySize,
  },
  { requiredKeys: ['colour'] },
);

describe('CSV', () => {
  it('gives back the rows that were written, wherever the pieces of the file end', async () => {
    const property = fc.asyncProperty(
      fc.array(anyRow, { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 1, max: 40 }),
      fc.constantFrom('\n', '\r\n', '\r'),
      fc.boolean(),
      async (rows, size, end, bom) => {
        const cells = rows.map(({ colour, size: number }) => [colour, number === undefined ? '' : String(number)]);
        const text = stringify([['colour', 'size'], ...cells], { record_delimiter: end, bom });
        const read = await csv(text, size);
        expect(read.map((line) => 'row' in line && line.row)).toEqual(rows.map((row) => ({ ...row })));
      },
    );
    await fc.assert(property, { numRuns: 200 });
  });

  it('counts lines from 1 to where a row starts, over blank lines and quoted line breaks', async () => {
    const lines = await csv('size,colour\r\n1,"dark, ""deep""\nblue"\r\n\r\n2,red\n3,red');
    expect(lines.map(({ line }) => line)).toEqual([2, 5, 6]);
  });

  it.each(['1.5.2', '1,5', '0x10', 'NaN', 'Infinity', '1 000'])(
    'leaves %s a text, which no number is',
    async (cell) => {
      expect(await csv(`colour,size\nred,"${cell}"\n`)).toEqual([{ line: 2, row: { colour: 'red', size: cell } }]);
    },
  );

  it('does not let a stray quote cost more than its own row', async () => {
    const lines = await csv('colour,size\n"red"d,1\nre"d,1\nred,1\n');
    expect(lines.map((line) => 'row' in line && line.row)).toEqual([
      { colour: '"red"d', size: 1 },
      { colour: 're"d', size: 1 },
      { colour: 'red', size: 1 },
    ]);
  });

  it('fails with the file, not beside it', async () => {
    const broken = async function* (): Chunks {
      yield await Promise.resolve(Buffer.from('colour,size\nred,1\n'));
      throw new Error('the disk is gone');
    };
    await expect(all(csvRows(broken(), SIGNATURE, false))).rejects.toThrow('the disk is gone');
  });
});

describe('JSON Lines', () => {
  it('takes lines of any form, wherever the pieces of the file end', async () => {
    const text = '\uFEFF{"a":"ü\u2028€"}\r\n\n  \n[1]\n{"a":\n{"a":2}';
    for (const size of [1, 2, 3, 7, 100]) {
      expect(await all(jsonlRows(chunksOf(text, size)))).toEqual([
        { line: 1, row: { a: 'ü\u2028€' } },
        { line: 4, row: [1] },
        { line: 5, problems: [expect.objectContaining({ code: 'wrong-type' })] },
        { line: 6, row: { a: 2 } },
      ]);
    }
  });
});
