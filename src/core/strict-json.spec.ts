import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TensornestError } from './errors.js';
import { parseStrictJson } from './strict-json.js';

const parse = (text: string | Buffer, anyNumber = false) => parseStrictJson(Buffer.from(text), { anyNumber });

function refusalOf(text: string | Buffer): TensornestError {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof TensornestError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

/** What a reader that keeps every member would see: a document written by hand, its keys as they come. */
const anyDocument = fc.letrec<{ value: string; object: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom('null', 'true', '1', '-2.5e3', '"x"', '"\\":{,["', '[]', '{}'),
    fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join(' , ')}]`),
    tie('object'),
  ),
  object: fc
    .array(fc.tuple(fc.constantFrom('a', 'b', '\\u0061', 'c"'.replace('"', '\\"'), ':', '{'), tie('value')), {
      maxLength: 4,
    })
    .map((members) => `{${members.map(([key, value]) => `"${key}": ${value}`).join(', ')}}`),
})).value;

/** Members of a document, counted by a reviver that never sees an overwritten one. */
function survivors(text: string): number {
  let members = 0;
  JSON.parse(text, function count(this: unknown, key, value: unknown) {
    if (key !== '' && !Array.isArray(this)) members += 1;
    return value;
  });
  return members;
}

describe('strict JSON', () => {
  it('is what JSON.parse gives, for every document that has nothing to refuse', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => {
        fc.pre(!text.includes('__proto__'));
        const value: unknown = JSON.parse(text);
        expect(parse(text, true)).toEqual(value);
      }),
      { numRuns: 1_000 },
    );
  });

  it('refuses exactly the documents of which JSON.parse drops a member', () => {
    let dropped = 0;
    fc.assert(
      fc.property(anyDocument, (text) => {
        const written = [...text.matchAll(/"(?:[^"\\]|\\.)*"(:?)/g)].filter(([, colon]) => colon === ':').length;
        if (survivors(text) === written) expect(parse(text)).toEqual(JSON.parse(text));
        else {
          dropped += 1;
          const { code, problems } = refusalOf(text);
          expect(code).toBe('invalid-input');
          expect(problems[0]?.code).toBe('duplicate');
        }
      }),
      { numRuns: 3_000 },
    );
    expect(dropped).toBeGreaterThan(100);
  });

  it('says where every problem is', () => {
    const { problems } = refusalOf('{"a":[{"b":1,"c":{},"b":2},3],"x/y":{"~":1e39,"__proto__":1},"\\u0061":[-1e999]}');
    expect(problems.map(({ pointer, code }) => [pointer, code])).toEqual([
      ['/a/0/b', 'duplicate'],
      ['/a', 'duplicate'],
      // What JSON.parse has kept of "a".
      ['/a/0', 'not-finite'],
      ['/x~1y/~0', 'out-of-range'],
      ['/x~1y/__proto__', 'forbidden-key'],
    ]);
  });

  it('lists ten problems of a million', () => {
    expect(refusalOf(`[${'1e999,'.repeat(50_000)}1]`).problems).toHaveLength(10);
    expect(refusalOf(`[${'{"a":1,"a":2},'.repeat(50_000)}1]`).problems).toHaveLength(10);
  });

  it('leaves numbers to others where that is wanted', () => {
    expect(parse('[1e999,-1e39]', true)).toEqual([Infinity, -1e39]);
  });

  it('takes 100 levels and no more, however many there are', () => {
    const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
    expect(parse(nested(100))).toBeInstanceOf(Array);
    for (const levels of [101, 5_000_000]) expect(refusalOf(nested(levels)).problems[0]?.code).toBe('too-deep');
    expect(refusalOf('{"a":'.repeat(101)).problems[0]?.code).toBe('too-deep');
    // Brackets in texts are none, and one after the other is not one in the other.
    expect(parse(`["${'['.repeat(200)}"]`)).toHaveLength(1);
    expect(parse(`[${'[],'.repeat(200)}[]]`)).toHaveLength(201);
  });

  it.each(['\xff', '\xc0\x80', '\xed\xa0\x80', '\xf4\x90\x80\x80', '\xe2\x82'])(
    'refuses the bytes %j, which are no UTF-8',
    (bytes) => {
      const { code, message } = refusalOf(Buffer.from(`["${bytes}"]`, 'latin1'));
      expect([code, message]).toEqual(['malformed-json', 'The body is not valid UTF-8.']);
    },
  );

  it('never quotes a document that is malformed', () => {
    for (const text of [
      '{"secret":hunter2}',
      '["hunter2"',
      'hunter2',
      '{"hunter2"}',
      '["hunter2",]',
      '\ufeff["hunter2"]',
    ]) {
      expect(refusalOf(text)).toMatchObject({
        code: 'malformed-json',
        message: expect.not.stringContaining('hunter2'),
      });
    }
  });
});
