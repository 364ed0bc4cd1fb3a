import { describe, expect, it } from 'vitest';
import { inferSchema, type SchemaOptions } from './infer-schema.js';
import type { Table } from './table.js';
import { OTHER, tableDataset } from './table-source.js';

type Cell = string | number;

function tableOf(columns: Readonly<Record<string, readonly Cell[]>>): Table {
  const cells = new Map(Object.entries(columns).map(([name, values]) => [name, values.map(String)]));
  const rows = Object.values(columns)[0]!.length;
  return { file: 't.csv', columns: [...cells.keys()], cells, lines: Array.from({ length: rows }, (_, row) => row + 2) };
}

const ROWS = 60;
const each = <T>(make: (row: number) => T): T[] => Array.from({ length: ROWS }, (_, row) => make(row));
const y = each((row) => (row % 3 === 0 ? 'bad' : 'good'));
const a = each((row) => (row * 7) % 11);
const infer = (columns: Readonly<Record<string, readonly Cell[]>>, options: Partial<SchemaOptions> = {}) =>
  inferSchema(tableOf({ a, ...columns, y }), {
    target: 'y',
    missing: [],
    categorical: [],
    include: [],
    ordinal: new Map(),
    sensitive: [],
    ...options,
  });
const feature = ({ signature }: ReturnType<typeof infer>, name: string) =>
  signature.features.find((other) => other.name === name);

describe('what a table is taken for', () => {
  it('has its classes by name, and the one of interest last', () => {
    const labels = (positive?: string) => infer({}, { positive }).signature.classes.map((one) => (one as any).label);
    expect(labels()).toEqual(['bad', 'good']);
    expect(labels('bad')).toEqual(['good', 'bad']);
    expect(() => infer({}, { positive: 'worse' })).toThrow('there is no class "worse"; there is bad, good');
  });

  it('takes numbers as names where it is told to', () => {
    const code = each((row) => 100 + (row % 4));
    expect(feature(infer({ code }), 'code')).toMatchObject({ kind: 'number', integer: true });
    const told = feature(infer({ code }, { categorical: ['code'] }), 'code');
    expect(told).toMatchObject({ kind: 'categorical', values: ['100', '101', '102', '103'], encoding: 'one-hot' });
  });

  it('takes categories in the order that it is told', () => {
    const size = each((row) => ['S', 'M', 'L'][row % 3]!);
    const told = infer(
      { size: size.map((_, row) => ['S', 'M', 'L'][(row * 5) % 3]!) },
      { ordinal: new Map([['size', ['S', 'M', 'L']]]) },
    );
    expect(feature(told, 'size')).toMatchObject({ values: ['S', 'M', 'L'], encoding: 'ordinal' });
    expect(() => infer({ size }, { ordinal: new Map([['size', ['S', 'M']]]) })).toThrow(
      '--ordinal: "size" has "L" too',
    );
  });

  it('marks as sensitive what it is told, and nothing else', () => {
    const schema = infer({ age: each((row) => 20 + (row % 9)) }, { sensitive: ['age'] });
    expect(feature(schema, 'age')).toMatchObject({ sensitive: true });
    expect(feature(schema, 'a')).toMatchObject({ sensitive: false });
  });

  it('has the usual marks for what is missing, and those that it is told', () => {
    const b = each((row) => (row === 4 ? 'unknown' : row === 9 ? 'NA' : row % 8));
    expect(() => infer({ b })).toThrow('"b" holds numbers, but "unknown" in line 6');
    const schema = infer({ b }, { missing: ['unknown'] });
    expect(feature(schema, 'b')).toMatchObject({ kind: 'number', missing: 'learn' });
    expect(schema.profiles.find(({ name }) => name === 'b')!.gaps).toBe(2);
    expect(schema.source.missing).toContain('unknown');
  });

  it.each(['1,234', "1'234.5", '1 234', '0,5', '12 %', '$3.50', '7 €'])(
    'refuses numbers that are dressed for people, as categories have no order: %s',
    (dressed) => {
      const price = each((row) => (row % 3 ? dressed : '7'));
      expect(() => infer({ price })).toThrow(
        `"price" holds numbers written as "${dressed}" (line 3): write them with digits and a decimal point alone, ` +
          'or add --categorical "price" if they are names.',
      );
      expect(feature(infer({ price }, { categorical: ['price'] }), 'price')).toMatchObject({ kind: 'categorical' });
    },
  );

  it('takes texts that only begin like a number for categories', () => {
    const range = each((row) => ['1-5', '6+', '10 km'][row % 3]!);
    expect(feature(infer({ range }), 'range')).toMatchObject({ kind: 'categorical' });
  });

  it('says of a column of numbers and texts what it is taken for, and what to do', () => {
    const { warnings } = infer({ size: each((row) => (row % 4 === 0 ? 'tall' : row % 5)) });
    expect(warnings).toEqual([
      expect.stringMatching(/^"size" holds numbers in 45 rows and texts in 15: all are taken as/),
    ]);
    expect(infer({ size: each((row) => ['S', 'M'][row % 2]!) }).warnings).toEqual([]);
  });

  it('leaves out what looks like an identifier, is empty or always the same, and says so', () => {
    const columns = { id: each((row) => row + 1000), none: each(() => ''), same: each(() => 'x') };
    const schema = infer(columns);
    expect(schema.signature.features.map(({ name }) => name)).toEqual(['a']);
    expect(schema.warnings).toEqual([
      '"id" looks like an identifier or free text (60 different values): it is left out.',
      '"none" is empty in every row: it is left out.',
      '"same" is "x" in every row: it is left out.',
    ]);
    expect(feature(infer(columns, { include: ['id'] }), 'id')).toMatchObject({ kind: 'number' });
  });

  it('warns of columns that hold the answer: by category and by number', () => {
    const warned = infer({
      verdict: y.map((label) => `is ${label}`),
      score: y.map((label, row) => (label === 'bad' ? 0 : 1000) + row),
    });
    const text = 'alone decides the class of every row; if it is only known afterwards, --exclude it.';
    expect(warned.warnings).toEqual([`"verdict" ${text}`, `"score" ${text}`]);
  });

  it('takes rare categories as one, in training as in requests', () => {
    const town = each((row) => (row === 5 ? 'Ayr' : row === 6 ? 'Bude' : row % 2 ? 'Rome' : 'Oslo'));
    const schema = infer({ town });
    expect(schema.source.other).toEqual({ town: ['Ayr', 'Bude'] });
    expect(feature(schema, 'town')).toMatchObject({ values: ['Oslo', 'Rome', OTHER] });
    expect(schema.warnings).toContain('"town": 2 categories in fewer than 3 rows are taken as "other".');
    const rows = tableDataset(tableOf({ a, town, y }), schema.source, new Set(['a']))
      .frame()
      .rows();
    expect(rows.slice(4, 8).map((row) => row.town)).toEqual(['Oslo', OTHER, OTHER, 'Rome']);
  });

  it('keeps the columns of the split and of the groups out of the features', () => {
    const part = each((row) => (row % 5 === 0 ? 'test' : 'train'));
    const person = each((row) => `p${row % 6}`);
    const schema = infer({ part, person }, { splitColumn: 'part', group: 'person' });
    expect(schema.signature.features.map(({ name }) => name)).toEqual(['a']);
    const dataset = tableDataset(tableOf({ a, part, person, y }), schema.source, new Set(['a']));
    expect(dataset.heldOut).toEqual(each((row) => row).filter((row) => row % 5 === 0));
    expect(dataset.groups?.slice(0, 7)).toEqual(['p0', 'p1', 'p2', 'p3', 'p4', 'p5', 'p0']);
  });

  it('leaves out rows without a class, and says how many', () => {
    const table = tableOf({ a, y: y.map((label, row) => (row < 2 ? '' : label)) });
    const options = { target: 'y', missing: [], categorical: [], include: [], ordinal: new Map(), sensitive: [] };
    const schema = inferSchema(table, options);
    expect(schema.warnings).toContain('2 rows have no y and are left out.');
    expect(
      tableDataset(table, schema.source, new Set(['a']))
        .frame()
        .rows(),
    ).toHaveLength(ROWS - 2);
  });

  it.each<[string, Partial<SchemaOptions>]>([
    ['--target', { target: 'yy' }],
    ['--categorical', { categorical: ['aa'] }],
    ['--include', { include: ['aa'] }],
    ['--sensitive', { sensitive: ['aa'] }],
    ['--split-column', { splitColumn: 'aa' }],
    ['--group', { group: 'aa' }],
    ['--ordinal', { ordinal: new Map([['aa', ['x', 'y']]]) }],
  ])('is refused with the nearest name where there is no such column: %s', (flag, options) => {
    expect(() => infer({}, options)).toThrow(
      new RegExp(`^${flag}: t.csv has no column "(aa|yy)"; (did you mean|its columns)`),
    );
  });
});
