import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseV1Json as parse, Real } from './v1-json.js';
import { writeFloat } from './v1-numbers.js';

const parseV1Json = (text: string) => parse(Buffer.from(text));

/** The same without the two things that JSON.parse does not tell apart. */
function plain(value: unknown): unknown {
  if (value instanceof Real) return value.value;
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

describe('JSON as TensorFlow Serving reads it', () => {
  it('is what JSON.parse reads, for every JSON document', () => {
    fc.assert(
      fc.property(
        fc.json({ maxDepth: 5 }).filter((text) => !text.includes('__proto__')),
        fc.constantFrom('', ' ', '}', ' trailing'),
        (text, trailing) => {
          expect(plain(parseV1Json(` ${text}${trailing === '}' && /\d$/.test(text) ? '' : trailing}`))).toEqual(
            plain(JSON.parse(text)),
          );
        },
      ),
      { numRuns: 500 },
    );
  });

  it('is a value or an error with a place, whatever the text', () => {
    const character = fc.constantFrom(...'[]{}:,"\\0.1e-+ NaInfitruelsu'.split(''));
    fc.assert(
      fc.property(fc.array(character, { maxLength: 30 }), (characters) => {
        try {
          parseV1Json(characters.join(''));
        } catch (error) {
          expect((error as Error).message).toMatch(/^JSON Parse error: (The document is empty|.+ at offset: \d+)$/);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('tells 1 from 1.0, and keeps large integers', () => {
    expect(parseV1Json('[1, 1.0, 1e0, 9007199254740993, NaN, Infinity, -Infinity]')).toEqual([
      1,
      new Real(1),
      new Real(1),
      9007199254740993n,
      NaN,
      Infinity,
      -Infinity,
    ]);
  });

  it('gives objects no prototype', () => {
    expect(Object.getPrototypeOf(parseV1Json('{"a": 1, "constructor": 2}'))).toBeNull();
  });

  it.each([
    ['{"a": 1, "\\u0061": 2}', /Duplicate name of object member. at offset: 9/],
    ['[{"__proto__": {}}]', /Forbidden name of object member: __proto__. at offset: 2/],
    ['['.repeat(101), /Nested deeper than 100 levels. at offset: 100/],
  ])('refuses %s, which it would take elsewhere', (text, message) => {
    expect(() => parseV1Json(text)).toThrow(message);
  });

  it('takes 100 lists within each other, and no bytes that are not UTF-8', () => {
    expect(parseV1Json('['.repeat(100) + ']'.repeat(100))).toBeInstanceOf(Array);
    expect(() => parse(Buffer.from('["\xff"]', 'latin1'))).toThrow('The document is not UTF-8');
  });
});

describe('a float', () => {
  it('comes back as it went', () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(Object.is(Math.fround(Number(writeFloat(value))), value)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    [3, '3.0'],
    [-0, '-0.0'],
    [Math.fround(0.2), '0.2'],
    [9_000_000, '9e+06'],
    [1_234_567, '1234567.0'],
    [Math.fround(0.000_03), '3e-05'],
    [999_999, '999999.0'],
    [NaN, 'NaN'],
    [-Infinity, '-Infinity'],
  ])('%d is written %s', (value, text) => {
    expect(writeFloat(value)).toBe(text);
  });
});
