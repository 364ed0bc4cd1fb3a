import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  anyBroadSignature,
  anyFiniteSignature,
  category,
  number,
  rowFor,
  signatureOf,
} from '../../test/support/signatures.js';
import { RowArena } from '../core/row-arena.js';
import type { Signature } from '../core/signature.js';
import { parseStrictJson } from '../core/strict-json.js';
import type { Layout } from './placement.js';
import { RowEncoder } from './row-encoder.js';
import { RowScanner } from './row-scanner.js';

const LAYOUTS: readonly Layout[] = ['columns', 'index'];
const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array) => Buffer.from(buffer, byteOffset, byteLength);

/** As the slow way reads it: what the strict reader refuses, no scan may take. */
function parsed(body: Buffer): unknown {
  try {
    return parseStrictJson(body, { anyNumber: true });
  } catch {
    return undefined;
  }
}

/** Both ways through one signature. */
function ways(signature: Signature, layout: Layout = 'columns', envelope = 'inputs') {
  const encoder = new RowEncoder(signature, layout);
  return {
    scanner: new RowScanner(signature, envelope, layout),
    encoder,
    envelope,
    // Room for some bodies only; the others need memory of their own.
    arena: new RowArena(5 * encoder.width),
  };
}

/** The promise: a scan is what parsing and encoding give. Says whether there was a scan. */
function agree({ scanner, encoder, envelope, arena }: ReturnType<typeof ways>, body: Buffer): boolean {
  const scan = scanner.scan(body, 1_000);
  const before = arena.used;
  const within = scanner.scan(body, 1_000, arena);
  if (arena.data.subarray(arena.used).some((number) => number !== 0))
    throw new Error('something was left in the arena');
  if (scan === undefined) {
    if (within !== undefined || arena.used !== before) throw new Error('an arena makes a difference');
    return false;
  }
  if (within === undefined || !bytesOf(scan.batch.data).equals(bytesOf(within.batch.data))) {
    throw new Error('an arena makes a difference');
  }
  if (arena.used > 3 * encoder.width) arena.clear();
  const value = parsed(body) as Record<string, unknown[]>;
  const rows = value[envelope]!;
  const batch = encoder.encode(rows);
  // Plain comparisons: an assertion library would take most of the time of twenty thousand cases.
  const same =
    Object.keys(value).length === 1 &&
    batch?.rows === scan.batch.rows &&
    batch.width === scan.batch.width &&
    bytesOf(batch.data).equals(bytesOf(scan.batch.data)) &&
    JSON.stringify(parsed(body.subarray(scan.from, scan.to))) === JSON.stringify(rows);
  if (!same) throw new Error(`a scan disagrees: ${body.toString()} as ${JSON.stringify(scan)}`);
  return true;
}

/** Whether JSON carries `signature` and rows of it without escapes: keys and categories, as far as they are sent. */
function isPlainBody(signature: Signature, text: string): boolean {
  const names = signature.features.map(({ name }) => name);
  const plain = (name: string) => JSON.stringify(name) === `"${name}"` && !(name in {});
  return names.every(plain) && !text.includes('\\');
}

const bodyCase = (signatures: fc.Arbitrary<Signature>) =>
  signatures.chain((signature) =>
    fc.record({
      signature: fc.constant(signature),
      rows: fc.array(rowFor(signature), { minLength: 1, maxLength: 8 }),
      indent: fc.constantFrom(undefined, 1, 2, '\t'),
    }),
  );

const mixed = signatureOf(
  category('colour', ['red', 'green', 'blue', 'ultramarine', 'ülträ']),
  number('größe', { minimum: -50, maximum: 50, normalisation: { mean: 3, std: 7 } }),
  category('doors', ['2', '4', '5more'], { encoding: 'ordinal', missing: { policy: 'default', value: '4' } }),
  number('count', { integer: true, missing: { policy: 'default', value: 3 } }),
);
const scan = (text: string | Buffer, signature = mixed, maxRows = 1_000) =>
  new RowScanner(signature, 'inputs').scan(Buffer.from(text), maxRows);
const row = '{"colour":"red","größe":1.5,"doors":"4","count":2}';

describe('a scan', () => {
  it.each(LAYOUTS)('takes every plain body that the encoder accepts, and agrees with it: %s', (layout) => {
    let scanned = 0;
    fc.assert(
      fc.property(
        bodyCase(layout === 'index' ? anyFiniteSignature : anyBroadSignature),
        ({ signature, rows, indent }) => {
          const way = ways(signature, layout);
          const text = JSON.stringify({ inputs: rows }, null, indent);
          const accepted = way.encoder.encode((JSON.parse(text) as { inputs: unknown[] }).inputs) !== undefined;
          const expected = accepted && isPlainBody(signature, text);
          const found = agree(way, Buffer.from(text));
          if (expected) {
            expect(found).toBe(true);
            scanned += 1;
          }
        },
      ),
      { numRuns: 1_500 },
    );
    expect(scanned).toBeGreaterThan(500);
  });

  it('agrees on numbers of every form', () => {
    const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: 25 });
    const form = fc
      .tuple(
        fc.constantFrom('', '-', '+'),
        digits,
        fc.option(digits),
        fc.option(fc.tuple(fc.constantFrom('e', 'E', 'e+', 'e-'), fc.integer({ min: 0, max: 400 }))),
      )
      .map(([sign, whole, part, power]) => `${sign}${whole}${part === null ? '' : `.${part}`}${power?.join('') ?? ''}`);
    const way = ways(signatureOf(number('x')));
    let scanned = 0;
    fc.assert(
      fc.property(form, (text) => {
        const body = Buffer.from(`{"inputs":[{"x":${text}}]}`);
        const value = parsed(body) as { inputs: unknown[] } | undefined;
        const accepted = value !== undefined && way.encoder.encode(value.inputs) !== undefined;
        expect(agree(way, body)).toBe(accepted);
        if (accepted) scanned += 1;
      }),
      { numRuns: 10_000 },
    );
    expect(scanned).toBeGreaterThan(1_000);
  });

  it.each(LAYOUTS)('never throws and never disagrees, whatever happened to the bytes: %s', (layout) => {
    const hostile = fc.constantFrom(
      ...[...Buffer.from('{}[]",:\\ \n\t\r0123456789.-+eEnull'), 0x00, 0x1f, 0x7f, 0x80, 0xc3, 0xef, 0xff],
    );
    const byte = fc.oneof(hostile, fc.nat(255));
    const mutation = fc.record({
      kind: fc.constantFrom('flip', 'insert', 'delete', 'duplicate', 'truncate'),
      at: fc.nat(10_000),
      length: fc.integer({ min: 1, max: 12 }),
      byte,
    });
    const cases = bodyCase(layout === 'index' ? anyFiniteSignature : anyBroadSignature);
    const mutations = fc.array(fc.array(mutation, { minLength: 1, maxLength: 3 }), { minLength: 50, maxLength: 50 });
    let bodies = 0;
    let scanned = 0;
    fc.assert(
      fc.property(cases, mutations, ({ signature, rows, indent }, variants) => {
        const way = ways(signature, layout);
        const valid = Buffer.from(JSON.stringify({ inputs: rows }, null, indent));
        for (const variant of variants) {
          if (agree(way, variant.reduce(mutated, valid))) scanned += 1;
          bodies += 1;
        }
      }),
      { numRuns: 500 },
    );
    expect(bodies).toBeGreaterThanOrEqual(25_000);
    expect(scanned).toBeGreaterThan(100);
  });

  it('says where the list of rows stands', () => {
    const text = ` {"inputs" : [ ${row} ,${row}]\n}\n`;
    const { from, to, batch } = scan(text)!;
    expect(Buffer.from(text).subarray(from, to).toString()).toBe(`[ ${row} ,${row}]`);
    expect(batch.rows).toBe(2);
  });

  it('reads a view into a larger buffer', () => {
    const body = Buffer.from(`]]]{"inputs":[${row}]}}}}`);
    expect(new RowScanner(mixed, 'inputs').scan(body.subarray(3, -3), 1)?.from).toBe(10);
  });

  it('reads rows of very different length', () => {
    const short = '{"colour":"red","größe":0}';
    const rows = Array.from({ length: 300 }, (_, index) => (index < 10 ? row + ' '.repeat(500) : short));
    expect(scan(`{"inputs":[${rows.join()}]}`)?.batch.rows).toBe(300);
    expect(scan(`{"inputs":[${rows.reverse().join()}]}`)?.batch.rows).toBe(300);
  });

  it('keeps to the limit of rows', () => {
    const body = `{"inputs":[${row},${row},${row}]}`;
    expect(scan(body, mixed, 3)?.batch.rows).toBe(3);
    expect(scan(body, mixed, 2)).toBeUndefined();
  });

  it('finds each of ten thousand categories', () => {
    const values = Array.from({ length: 10_000 }, (_, code) => `category number ${code}`);
    const signature = signatureOf(category('c', values, { encoding: 'ordinal' }), category('d', ['1', '2', '10']));
    const rows = values.map((c, code) => ({ c, d: ['1', '2', '10'][code % 3] }));
    const body = Buffer.from(JSON.stringify({ inputs: rows }));
    const batch = new RowScanner(signature, 'inputs').scan(body, 10_000)?.batch;
    expect(batch).toEqual(new RowEncoder(signature).encode(rows));
  });

  it('takes a number for the category of the same text', () => {
    expect(scan(`{"inputs":[${row.replace('"4"', '4')}]}`)).toBeDefined();
  });

  it('takes keys in any order, and lets defaults stand in', () => {
    const text = '{"inputs":[{"count":1,"größe":2,"colour":"ülträ"},{"größe":2,"colour":"blue","doors":null}]}';
    expect(agree(ways(mixed), Buffer.from(text))).toBe(true);
  });

  it('forgets one order of keys for another', () => {
    const way = ways(mixed);
    const orders = [['count', 'doors'], ['doors', 'count'], ['doors'], ['count'], [], ['count', 'doors']];
    for (const keys of [...orders, ...orders]) {
      const sent = Object.fromEntries(keys.map((key) => [key, 2]));
      const inputs = [
        { ...sent, colour: 'red', größe: 1 },
        { größe: 2, ...sent, colour: 'green' },
      ];
      expect(agree(way, Buffer.from(JSON.stringify({ inputs })))).toBe(true);
    }
  });
});

describe('a scan leaves to slower readers', () => {
  const list = (rows: string) => `{"inputs":[${rows}]}`;
  const changed = (from: string, to: string) => list(row.replace(from, to));

  it.each([
    ['nothing', ''],
    ['white space', ' \n'],
    ['a lone brace', '}'],
    ['a lone object', '{}'],
    ['another envelope', `{"rows":[${row}]}`],
    ['an extra key after', `{"inputs":[${row}],"more":1}`],
    ['an extra key before', `{"more":1,"inputs":[${row}]}`],
    ['two envelopes', `{"inputs":[${row}],"inputs":[${row}]}`],
    ['trailing garbage', `${list(row)}x`],
    ['a trailing brace', `${list(row)}}`],
    ['a byte order mark', `\ufeff${list(row)}`],
    ['an empty list', list('')],
    ['a trailing comma', list(`${row},`)],
    ['a leading comma', list(`,${row}`)],
    ['no list', `{"inputs":${row}}`],
    ['a row that is null', list('null')],
    ['a row that is a list', list('[]')],
    ['an escape in a value', changed('red', 'r\\u0065d')],
    ['an escape in a key', changed('colour', 'c\\u006flour')],
    ['an unknown value', changed('red', 'rad')],
    ['a longer value', changed('red', 'redd')],
    ['an empty value', changed('red', '')],
    ['an unknown key', changed('count', 'comte')],
    ['a key too many', changed('}', ',"x":1}')],
    ['a duplicate key', changed('}', ',"colour":"red"}')],
    ['a duplicate key instead of one that has a default', changed('"count":2', '"colour":"red"')],
    ['a missing value', changed('"colour":"red",', '')],
    ['null for a value without default', changed('"red"', 'null')],
    ['half a null', changed('"4"', 'nul')],
    ['a wrong type', changed('"red"', 'true')],
    ['a list for a value', changed('"red"', '["red"]')],
    ['a text for a number', changed('1.5', '"1.5"')],
    ['a number out of range', changed('1.5', '51')],
    ['a fraction for an integer', changed('2}', '2.5}')],
    ['a number beyond float32', changed('2}', '1e39}')],
    ['a trailing comma in a row', changed('}', ',}')],
    ['a missing colon', changed(':', ' ')],
    ['a control character', changed('red', 'r\ted')],
    ...['4.0', '4e0', '-0', '04', '+4', '4-', '3'].map((text) => [`${text} for a category`, changed('"4"', text)]),
    ...['1.', '.5', '01', '-', '1e', '1e+', '- 1', '0x1', '1_0'].map((text) => [
      `${text} for a number`,
      changed('1.5', text),
    ]),
  ])('%s', (_, text) => {
    expect(scan(text)).toBeUndefined();
  });

  it('bytes that are no UTF-8, even where a replacement character is a category', () => {
    const signature = signatureOf(category('c', ['\ufffd', '\ud800']));
    expect(scan('{"inputs":[{"c":"\ufffd"}]}', signature)).toBeDefined();
    expect(scan(Buffer.from('{"inputs":[{"c":"\xff"}]}', 'latin1'), signature)).toBeUndefined();
  });

  it('every cut of a body', () => {
    const body = Buffer.from(list(`${row},${row}`));
    for (let length = 0; length < body.length; length += 1) {
      expect(scan(body.subarray(0, length))).toBeUndefined();
      const closed = Buffer.concat([body.subarray(0, length), Buffer.from('}')]);
      expect(closed.equals(body) || scan(closed) === undefined).toBe(true);
    }
  });

  it.each([['toString'], ['__proto__'], ['a"b']])('a signature with a feature called %s', (name) => {
    const signature = signatureOf(category(name, ['x', 'y'], { missing: { policy: 'default', value: 'x' } }));
    expect(scan('{"inputs":[{}]}', signature)).toBeUndefined();
  });
});

function mutated(
  body: Buffer,
  { kind, at, length, byte }: { kind: string; at: number; length: number; byte: number },
): Buffer {
  const place = at % (body.length + 1);
  const [before, after] = [body.subarray(0, place), body.subarray(place)];
  const one = Buffer.of(byte);
  if (kind === 'flip') return Buffer.concat([before, one, after.subarray(1)]);
  if (kind === 'insert') return Buffer.concat([before, one, after]);
  if (kind === 'delete') return Buffer.concat([before, after.subarray(length)]);
  if (kind === 'duplicate') return Buffer.concat([before, after.subarray(0, length), after]);
  return before;
}
