import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Frame, type Value } from './frame.js';

const NAMES = ['a', 'b', 'c'];
const anyNumber = fc.option(fc.double({ noNaN: true }));
const anyValue: fc.Arbitrary<Value> = fc.oneof(anyNumber, fc.string());
const anyRows = fc.array(fc.record({ a: anyNumber, b: anyValue, c: fc.option(fc.string()) }), { maxLength: 8 });

describe('a frame', () => {
  it('gives back the rows that it was made of, in the order in which they are picked', () => {
    fc.assert(
      fc.property(anyRows, fc.array(fc.nat(100), { maxLength: 5 }), (rows, numbers) => {
        const frame = Frame.of(NAMES, rows);
        expect(frame.rows()).toEqual(rows);
        const places = rows.length === 0 ? [] : numbers.map((number) => number % rows.length);
        const picked = frame.pick(places).pick([...places.keys()].reverse());
        expect(picked.rows()).toEqual(places.map((place) => rows[place]!).reverse());
        expect(picked.only(['b']).rows()).toEqual(picked.values('b').map((b) => ({ b })));
      }),
    );
  });

  it('keeps numbers as numbers, and has nothing in columns that it does not have', () => {
    const frame = Frame.of(['a'], [{ a: 1 }, {}]);
    expect(frame.column('a')).toEqual(Float64Array.of(1, NaN));
    expect(frame.values('z')).toEqual([null, null]);
    expect(frame.only(['a', 'z']).row(1)).toEqual({ a: null, z: null });
  });
});
