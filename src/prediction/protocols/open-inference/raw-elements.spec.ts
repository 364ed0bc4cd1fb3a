import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DATATYPES, type Datatype, type Elements } from '../../../core/tensor.js';
import { areFaults, toElements } from '../../tensors/elements.js';
import { halfToNumber, numberToHalf } from './half.js';
import { readRaw, writeRaw } from './raw-elements.js';

const int32 = (min: number, max: number) => fc.int32Array({ min, max, minLength: 1 });
const floats = fc.float32Array({ minLength: 1 });

/** What a backend can hold of each datatype. */
const HELD: Readonly<Record<Datatype, fc.Arbitrary<Elements>>> = {
  BOOL: fc.uint8Array({ min: 0, max: 1, minLength: 1 }),
  UINT8: int32(0, 255),
  UINT16: int32(0, 65_535),
  UINT32: int32(0, 2_147_483_647),
  UINT64: int32(0, 2_147_483_647),
  INT8: int32(-128, 127),
  INT16: int32(-32_768, 32_767),
  INT32: int32(-2_147_483_648, 2_147_483_647),
  INT64: int32(-2_147_483_648, 2_147_483_647),
  FP16: fc.array(fc.nat(0x7bff), { minLength: 1 }).map((halves) => Float32Array.from(halves, halfToNumber)),
  FP32: floats,
  FP64: floats,
  BYTES: fc.array(fc.uint8Array(), { minLength: 1 }),
};

const plain = (data: Elements) =>
  Array.from<number | Uint8Array, unknown>(data, (element) => (typeof element === 'number' ? element : [...element]));

describe('raw elements', () => {
  it.each(DATATYPES)('of %s come back as they went', (datatype) => {
    fc.assert(
      fc.property(HELD[datatype], (data) => {
        const elements = readRaw(datatype, writeRaw({ datatype, data }), data.length);
        if (typeof elements === 'string') throw new Error(elements);
        const back = toElements(datatype, elements);
        if (areFaults(back)) throw new Error(back[0]?.message);
        expect(plain(back)).toEqual(plain(data));
      }),
    );
  });

  it('of any other length are refused and never read beyond', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...DATATYPES),
        fc.uint8Array(),
        fc.integer({ min: 1, max: 9 }),
        (datatype, bytes, count) => {
          const elements = readRaw(datatype, Buffer.from(bytes), count);
          if (typeof elements !== 'string') expect(elements).toHaveLength(count);
        },
      ),
    );
  });
});

describe('half precision', () => {
  it('keeps every half', () => {
    for (let half = 0; half < 0x1_0000; half += 1) {
      const value = halfToNumber(half);
      if (!Number.isNaN(value)) expect(numberToHalf(value)).toBe(half);
    }
    expect(halfToNumber(numberToHalf(NaN))).toBeNaN();
  });

  it.each([
    [1, 0x3c00],
    [-2, 0xc000],
    [65_504, 0x7bff],
    [65_519.9, 0x7bff],
    [65_520, 0x7c00],
    [2 ** -24, 0x0001],
    [2 ** -25, 0x0000],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
  ])('rounds %d to the nearest, ties to even', (value, half) => {
    expect(numberToHalf(value)).toBe(half);
  });
});
