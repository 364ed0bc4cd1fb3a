import fc from 'fast-check';
import { expect, it } from 'vitest';
import { newPredictionId } from '../../core/prediction-id.js';
import { answersOf, recordsOf } from './kept-record.js';
import type { KeptBatch } from './messages.js';
import { keysOf, slotOf } from './prediction-key.js';

interface Made {
  readonly id: string;
  readonly source: number;
  readonly answers: readonly number[];
}

const SOURCES = [1, 2, 3].map((n) => ({
  model: `m${n}`,
  version: '1.0.0',
  classes: ['no', 'yes'],
  caller: 'anonymous',
}));
const START = Date.now();

function batchOf(made: readonly Made[]): KeptBatch {
  return {
    sources: SOURCES,
    ids: made.map(({ id }) => id).join(''),
    entries: Uint32Array.from(made.flatMap(({ source, answers }) => [source, answers.length])),
    answers: Uint32Array.from(made.flatMap(({ answers }) => answers)),
  };
}

const bytesOf = (answers: readonly number[]) => Buffer.from(Uint32Array.from(answers).buffer);

/** Predictions in any order, of some 300 ms. */
const predictions = fc.array(
  fc
    .record({
      after: fc.integer({ min: 0, max: 300 }),
      source: fc.nat({ max: SOURCES.length - 1 }),
      answers: fc.oneof(
        fc.array(fc.nat({ max: 0xffffffff }), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1_000, max: 6_000 }).map((length) => new Array<number>(length).fill(7)),
      ),
    })
    .map(({ after, ...rest }): Made => ({ id: idAt(START + after), ...rest })),
  { minLength: 1, maxLength: 60 },
);

/** Unlike the maker of ids, which never goes back in time. */
let made = 0;
function idAt(time: number): string {
  const digits = time.toString(16).padStart(12, '0');
  made += 1;
  return `${digits.slice(0, 8)}-${digits.slice(8)}-7000-8000-${made.toString(16).padStart(12, '0')}`;
}

it('each prediction is in one record of its source and its slot, with its own answers and no others', () => {
  fc.assert(
    fc.property(predictions, (made) => {
      const records = recordsOf(batchOf(made));
      expect(new Set(records.map(({ key }) => Buffer.from(key).toString('hex'))).size).toBe(records.length);
      expect(records.length).toBeLessThanOrEqual(made.length);
      for (const { id, source, answers } of made) {
        const key = keysOf(id);
        const holding = records.filter((record) => answersOf(record, key) !== undefined);
        expect(holding).toHaveLength(1);
        expect(bytesOf(answers).equals(answersOf(holding[0]!, key)!)).toBe(true);
        expect(holding[0]!.source).toBe(source);
        expect(slotOf(Buffer.from(holding[0]!.key))).toBe(slotOf(key));
      }
    }),
  );
});

it('predictions of one source and 100 ms are one record, as long as it is small, and records of a source do not overlap', () => {
  const made = Array.from({ length: 1_000 }, (_, n): Made => {
    return { id: idAt(START - (START % 100) + ((37 * n) % 100)), source: 1, answers: [n] };
  });
  expect(recordsOf(batchOf(made.slice(0, 256)))).toHaveLength(1);
  const records = recordsOf(batchOf(made));
  expect(records).toHaveLength(4);
  const sorted = made.map(({ id }) => id).sort();
  expect(records.map(({ key }) => Buffer.from(key).toString('hex'))).toEqual(
    [0, 256, 512, 768].map((place) => sorted[place]!.replaceAll('-', '')),
  );
  const long = made.slice(0, 256).map((one) => ({ ...one, answers: new Array<number>(100).fill(1) }));
  expect(recordsOf(batchOf(long))).toHaveLength(7);
});

it('a key that lies across two members is that of neither', () => {
  const made = [1, 2].map((n): Made => ({ id: newPredictionId(START), source: 0, answers: [n] }));
  const [record] = recordsOf(batchOf(made));
  const across = Buffer.from(record!.members!).subarray(8, 24);
  expect(answersOf(record!, across)).toBeUndefined();
  expect(answersOf(record!, keysOf(newPredictionId(START)))).toBeUndefined();
});
