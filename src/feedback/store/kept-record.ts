import type { KeptBatch } from './messages.js';
import { compareKeys, KEY_BYTES, keysOf, slotOf } from './prediction-key.js';

/** Predictions and answers of a record of several predictions, at most: a label reads a whole record. */
const MOST_MEMBERS = 256;
const MOST_ANSWERS = 4_096;
const ANSWER_BYTES = Uint32Array.BYTES_PER_ELEMENT;
/** A member is a key, and the number of answers up to its last. */
const MEMBER_BYTES = KEY_BYTES + 4;
const KEY_WORDS = KEY_BYTES / 4;

/** A row of the table `prediction`: predictions of one source and one slot of time, by their keys ascending. */
export interface KeptRecord {
  /** Of the first of them. */
  readonly key: Uint8Array;
  /** Index into the sources of the batch. */
  readonly source: number;
  readonly answers: Uint8Array;
  /** Whose answers they are; null where all are of one prediction. */
  readonly members: Uint8Array | null;
}

interface Gathered {
  readonly source: number;
  /** Places in the batch. */
  readonly places: number[];
  answers: number;
}

/**
 * A batch in few records: one costs SQLite more than what is in it. Those of one source do not overlap, so a prediction is, but for
 * other sources and processes, in the last record that does not begin behind it.
 */
export function recordsOf({ sources, ids, entries, answers }: KeptBatch): KeptRecord[] {
  const keys = keysOf(ids);
  const count = entries.length / 2;
  const starts = new Uint32Array(count + 1);
  const open = new Map<number, Gathered>();
  const gathered: Gathered[] = [];
  for (let place = 0; place < count; place += 1) starts[place + 1] = starts[place]! + entries[2 * place + 1]!;
  const places = Array.from({ length: count }, (_, place) => place);
  for (const place of places.sort((one, other) => compareKeys(keys, one * KEY_BYTES, keys, other * KEY_BYTES))) {
    const [source, length] = [entries[2 * place]!, entries[2 * place + 1]!];
    const group = (slotOf(keys, place * KEY_BYTES) - slotOf(keys)) * sources.length + source;
    let into = open.get(group);
    if (into === undefined || into.places.length === MOST_MEMBERS || into.answers + length > MOST_ANSWERS) {
      into = { source, places: [], answers: 0 };
      open.set(group, into);
      gathered.push(into);
    }
    into.places.push(place);
    into.answers += length;
  }
  return gathered.map((one) => recordOf(one, keys, answers, starts));
}

function recordOf(
  { source, places, answers: count }: Gathered,
  keys: Buffer<ArrayBuffer>,
  answers: Uint32Array,
  starts: Uint32Array,
): KeptRecord {
  const words = new Uint32Array(keys.buffer);
  const own = new Uint32Array(count);
  const members = new Uint32Array((places.length * MEMBER_BYTES) / 4);
  let [end, to] = [0, 0];
  for (const place of places) {
    for (let at = starts[place]!; at < starts[place + 1]!; at += 1) own[end++] = answers[at]!;
    for (let word = place * KEY_WORDS; word < (place + 1) * KEY_WORDS; word += 1) members[to++] = words[word]!;
    members[to++] = end;
  }
  const first = places[0]! * KEY_BYTES;
  return {
    key: keys.subarray(first, first + KEY_BYTES),
    source,
    answers: new Uint8Array(own.buffer),
    members: places.length === 1 ? null : new Uint8Array(members.buffer),
  };
}

/** The answers of one prediction in a record; undefined where it is not in it. */
export function answersOf(
  { key: first, answers, members }: Omit<KeptRecord, 'source'>,
  key: Buffer,
): Uint8Array | undefined {
  if (members === null) return key.equals(first) ? answers : undefined;
  const bytes = Buffer.from(members.buffer, members.byteOffset, members.byteLength);
  const count = bytes.length / MEMBER_BYTES;
  let low = 0;
  for (let high = count; low < high;) {
    const middle = (low + high) >> 1;
    if (compareKeys(bytes, middle * MEMBER_BYTES, key) < 0) low = middle + 1;
    else high = middle;
  }
  const at = low * MEMBER_BYTES;
  if (low === count || compareKeys(bytes, at, key) !== 0) return undefined;
  const start = low === 0 ? 0 : bytes.readUInt32LE(at - 4);
  return answers.subarray(start * ANSWER_BYTES, bytes.readUInt32LE(at + KEY_BYTES) * ANSWER_BYTES);
}
