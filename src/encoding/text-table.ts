import { BYTES, isPlain, wordAt } from './json-bytes.js';

const { QUOTE } = BYTES;

/** A quotation mark in each byte of a word. */
const QUOTES = 0x22222222;
/** The size of the text that is never there: more than any body has. */
const NOWHERE = 2 ** 30;
/** Odd numbers to spread words with: the one that makes the fewest texts meet is taken. */
const SPREADS = Array.from({ length: 16 }, (_, turn) => Math.imul(2 * turn + 1, 0x9e3779b1));

/**
 * Finds the text that stands in a JSON body up to the next quotation mark, among texts known beforehand, without
 * making a string of it. Bytes are read four at a time, and a body ends with at least three bytes after the last of its
 * texts, so a word that starts inside a text or at its closing quotation mark lies inside the body.
 *
 * There are two ways to a text. The quick one guesses it from its first word and compares 8 bytes without a branch that
 * depends on the text, for categories come at random and a processor cannot foresee them. The sure one hashes all of it.
 */
export class TextTable {
  /** Bytes of each text with its closing quotation mark. */
  private readonly sizes: readonly number[];
  /** The words of each text with its closing quotation mark, the last one filled up with zeros. */
  private readonly words: readonly number[];
  /** Where the words of each text start, and at the end where the last one's end. */
  private readonly starts: number[];

  /** First word of each text and which of its bits count, then the second word and its bits. */
  private readonly heads: readonly number[];
  /** The bits of a first word that every text has. */
  private readonly common: number;
  private readonly spread: number;
  private readonly shift: number;
  /** The text that a first word may start. An empty place has the number after the last text, which is never there. */
  private readonly guesses: readonly number[];

  private readonly hashes: readonly number[];
  /** Open addressing: a text's number plus one, or 0 for an empty slot. At most half of the slots are taken. */
  private readonly slots: readonly number[];

  /** Texts that JSON cannot write plainly are never found. */
  constructor(texts: readonly string[]) {
    const encoded = texts.map((text) => Buffer.from(`${text}"`));
    const plain = [...texts.keys()].filter((text) => isPlain(texts[text]!));
    const words = encoded.map(wordsOf);
    this.sizes = [...encoded.map(({ length }) => length), NOWHERE];
    this.words = words.flat();
    this.starts = [0];
    for (const { length } of words) this.starts.push(this.starts.at(-1)! + length);

    // No word is 1 where no bit counts.
    this.heads = [...encoded.flatMap((bytes, text) => headOf(bytes, words[text]!)), 1, 0, 0, 0];
    const bits = Math.ceil(Math.log2(4 * texts.length + 2));
    this.shift = 32 - bits;
    this.common = plain.reduce((common, text) => common & this.heads[4 * text + 1]!, -1);
    let best = this.guess(plain, SPREADS[0]!, 2 ** bits, texts.length);
    for (let turn = 1; turn < SPREADS.length && best.met > 0; turn += 1) {
      const other = this.guess(plain, SPREADS[turn]!, 2 ** bits, texts.length);
      if (other.met < best.met) best = other;
    }
    this.spread = best.spread;
    this.guesses = [...best.guesses];

    this.hashes = words.map((all) => all.reduce(mix, 0));
    this.slots = slotsOf(this.hashes, plain);
  }

  private guess(plain: readonly number[], spread: number, size: number, none: number) {
    const guesses = new Int32Array(size).fill(none);
    let met = 0;
    for (const text of plain) {
      const place = Math.imul(this.heads[4 * text]! & this.common, spread) >>> this.shift;
      if (guesses[place] !== none) met += 1;
      guesses[place] = text;
    }
    return { spread, guesses, met };
  }

  /** Bytes of `text` with its closing quotation mark. */
  sizeOf(text: number): number {
    return this.sizes[text]!;
  }

  /** Whether `text`, which must be a plain one, and a closing quotation mark stand at `at`. */
  isAt(text: number, body: DataView, at: number): boolean {
    if (at + 8 > body.byteLength) return this.isRestAt(text, body, at, 0);
    const { heads } = this;
    const head = text << 2;
    const differ =
      ((body.getInt32(at, true) & heads[head + 1]!) ^ heads[head]!) |
      ((body.getInt32(at + 4, true) & heads[head + 3]!) ^ heads[head + 2]!);
    return differ === 0 && (this.sizes[text]! <= 8 || this.isRestAt(text, body, at, 8));
  }

  /** The number of the text that stands at `at` up to a quotation mark, or -1. */
  find(body: DataView, at: number): number {
    if (at + 4 > body.byteLength) return -1;
    const text = this.guesses[Math.imul(body.getInt32(at, true) & this.common, this.spread) >>> this.shift]!;
    return this.isAt(text, body, at) ? text : this.search(body, at);
  }

  /** Whether all of `text` from its byte `from` on stands in its place when `text` starts at `at`. */
  private isRestAt(text: number, body: DataView, at: number, from: number): boolean {
    const size = this.sizes[text]!;
    const end = at + size;
    if (end + 3 > body.byteLength) return false;
    let word = this.starts[text]! + (from >> 2);
    let place = at + from;
    for (; place + 4 < end; place += 4) {
      if (wordAt(body, place) !== this.words[word]) return false;
      word += 1;
    }
    // What the body has after the text is shifted out.
    const beyond = 8 * (-size & 3);
    return wordAt(body, place) << beyond === this.words[word]! << beyond;
  }

  private search(body: DataView, at: number): number {
    let hash = 0;
    for (let place = at; place + 4 <= body.byteLength; place += 4) {
      const word = wordAt(body, place);
      const quote = firstQuote(word);
      if (quote !== 0) {
        // Everything after the quotation mark is cut off.
        const rest = word & ((quote << 1) - 1);
        return this.lookUp(mix(hash, rest), rest, body, at, place);
      }
      hash = mix(hash, word);
    }
    return -1;
  }

  /** The number of the text that fills the body from `at` to `end`, or -1: for tokens without quotation marks. */
  findBetween(body: DataView, at: number, end: number): number {
    let hash = 0;
    let word = 0;
    for (let place = at; place < end; place += 1) {
      word |= body.getUint8(place) << (8 * ((place - at) & 3));
      if (((place - at) & 3) === 3) {
        hash = mix(hash, word);
        word = 0;
      }
    }
    const full = at + ((end - at) & ~3);
    const rest = word | (QUOTE << (8 * (end - full)));
    return this.lookUp(mix(hash, rest), rest, body, at, full);
  }

  /** The text with `hash` whose words stand in the body from `at` to `end`, and whose last word is `rest`. */
  private lookUp(hash: number, rest: number, body: DataView, at: number, end: number): number {
    for (let slot = hash & (this.slots.length - 1); ; slot = (slot + 1) & (this.slots.length - 1)) {
      const text = this.slots[slot]! - 1;
      if (text === -1) return -1;
      if (this.hashes[text] === hash && this.isSame(text, rest, body, at, end)) return text;
    }
  }

  private isSame(text: number, rest: number, body: DataView, at: number, end: number): boolean {
    let word = this.starts[text]!;
    if (this.starts[text + 1]! - word - 1 !== (end - at) >> 2) return false;
    for (let place = at; place < end; place += 4) {
      if (wordAt(body, place) !== this.words[word]) return false;
      word += 1;
    }
    return this.words[word] === rest;
  }
}

function wordsOf(bytes: Uint8Array): number[] {
  const words = Array.from({ length: Math.ceil(bytes.length / 4) }, () => 0);
  bytes.forEach((byte, at) => (words[at >> 2]! |= byte << (8 * (at & 3))));
  return words;
}

/** The first two words of a text, each followed by the bits of it that count. */
function headOf({ length }: Uint8Array, words: readonly number[]): number[] {
  const bits = wordsOf(new Uint8Array(Math.min(length, 8)).fill(0xff));
  return [words[0]!, bits[0]!, words[1] ?? 0, bits[1] ?? 0];
}

function slotsOf(hashes: readonly number[], texts: readonly number[]): number[] {
  const slots = Array.from({ length: 2 ** Math.ceil(Math.log2(2 * hashes.length + 2)) }, () => 0);
  for (const text of texts) {
    let slot = hashes[text]! & (slots.length - 1);
    while (slots[slot] !== 0) slot = (slot + 1) & (slots.length - 1);
    slots[slot] = text + 1;
  }
  return slots;
}

function mix(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ word, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}

/** The highest bit of the first byte of `word` that is a quotation mark, or 0. */
function firstQuote(word: number): number {
  const zeros = word ^ QUOTES;
  // The classic test for a byte of zero; it may also mark bytes above the first, which the lowest bit leaves out.
  const marks = (zeros - 0x01010101) & ~zeros & 0x80808080;
  return marks & -marks;
}
