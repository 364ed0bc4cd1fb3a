import { BYTES, isPlain, wordAt } from './json-bytes.js';

const { QUOTE } = BYTES;

/** A quotation mark in each byte of a word. */
const QUOTES = 0x22222222;
/** Bytes of a text that are compared without a branch. */
const HEAD = 8;
/** Numbers in `heads` for each text. */
const HEAD_STEP = 4;
/** Odd numbers to spread words with: the one that makes the fewest texts meet is taken. */
const SPREADS = Int32Array.from({ length: 64 }, (_, turn) => Math.imul(2 * turn + 1, 0x9e3779b1));

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
  private readonly sizes: Int32Array;
  /** The words of each text with its closing quotation mark, the last one filled up with zeros. */
  private readonly words: Int32Array;
  /** Where the words of each text start, and at the end where the last one's end. */
  private readonly starts: Int32Array;

  /** First word of each text and which of its bits count, then the second word and its bits. */
  private readonly heads: Int32Array;
  /** The bits of a first word that every text has. */
  private readonly common: number;
  private readonly spread: number;
  private readonly shift: number;
  /** The text that a first word may start. An empty place has the number after the last text, which is never there. */
  private readonly guesses: Int32Array;

  private readonly hashes: Int32Array;
  /** Open addressing: a text's number plus one, or 0 for an empty slot. At most half of the slots are taken. */
  private readonly slots: Int32Array;

  /** Texts that JSON cannot write plainly are never found. */
  constructor(texts: readonly string[]) {
    const encoded = texts.map((text) => Buffer.from(`${text}"`));
    const plain = [...texts.keys()].filter((text) => isPlain(texts[text]!));
    this.sizes = Int32Array.from(encoded, ({ length }) => length);
    this.starts = new Int32Array(texts.length + 1);
    encoded.forEach(({ length }, text) => (this.starts[text + 1] = this.starts[text]! + Math.ceil(length / 4)));
    this.words = new Int32Array(this.starts[texts.length]!);
    encoded.forEach((bytes, text) => {
      fillWords(this.words, this.starts[text]!, bytes);
    });

    this.heads = new Int32Array(HEAD_STEP * (texts.length + 1));
    for (const text of plain) this.heads.set(headOf(encoded[text]!), HEAD_STEP * text);
    // No word is 1 where no bit counts.
    this.heads[HEAD_STEP * texts.length] = 1;
    const bits = Math.ceil(Math.log2(4 * texts.length + 2));
    this.shift = 32 - bits;
    this.common = plain.reduce((common, text) => common & this.heads[HEAD_STEP * text + 1]!, -1);
    const guesses = Array.from(SPREADS, (spread) => this.guess(plain, spread, 2 ** bits, texts.length));
    const best = guesses.reduce((a, b) => (b.met < a.met ? b : a));
    this.spread = best.spread;
    this.guesses = best.guesses;

    this.hashes = new Int32Array(texts.length);
    this.slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * texts.length + 2)));
    for (const text of plain) this.insert(text);
  }

  private guess(plain: readonly number[], spread: number, size: number, none: number) {
    const guesses = new Int32Array(size).fill(none);
    for (const text of plain) {
      guesses[Math.imul(this.heads[HEAD_STEP * text]! & this.common, spread) >>> this.shift] = text;
    }
    return { spread, guesses, met: plain.length - guesses.filter((text) => text !== none).length };
  }

  private insert(text: number): void {
    let hash = 0;
    for (let word = this.starts[text]!; word < this.starts[text + 1]!; word += 1) hash = mix(hash, this.words[word]!);
    this.hashes[text] = hash;
    let slot = hash & (this.slots.length - 1);
    while (this.slots[slot] !== 0) slot = (slot + 1) & (this.slots.length - 1);
    this.slots[slot] = text + 1;
  }

  /** Bytes of `text` with its closing quotation mark. */
  sizeOf(text: number): number {
    return this.sizes[text]!;
  }

  /** Whether `text`, which must be a plain one, and a closing quotation mark stand at `at`. */
  isAt(text: number, body: DataView, at: number): boolean {
    if (at + HEAD > body.byteLength) return this.isTailAt(text, body, at, 0);
    return this.isHeadAt(text, wordAt(body, at), wordAt(body, at + 4)) && this.isTailAt(text, body, at, HEAD);
  }

  /** The number of the text that stands at `at` up to a quotation mark, or -1. */
  find(body: DataView, at: number): number {
    if (at + HEAD <= body.byteLength) {
      const word = wordAt(body, at);
      const text = this.guesses[Math.imul(word & this.common, this.spread) >>> this.shift]!;
      if (this.isHeadAt(text, word, wordAt(body, at + 4)) && this.isTailAt(text, body, at, HEAD)) return text;
    }
    return this.search(body, at);
  }

  private isHeadAt(text: number, first: number, second: number): boolean {
    const { heads } = this;
    const head = HEAD_STEP * text;
    return (((first & heads[head + 1]!) ^ heads[head]!) | ((second & heads[head + 3]!) ^ heads[head + 2]!)) === 0;
  }

  /** Whether all of `text` from its byte `from` on stands in its place when `text` starts at `at`. */
  private isTailAt(text: number, body: DataView, at: number, from: number): boolean {
    const size = this.sizes[text]!;
    return size <= from || this.isRestAt(text, size, body, at, from);
  }

  private isRestAt(text: number, size: number, body: DataView, at: number, from: number): boolean {
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

function fillWords(words: Int32Array, start: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; at += 1) words[start + (at >> 2)]! |= bytes[at]! << (8 * (at & 3));
}

/** The first two words of a text, each followed by the bits of it that count. */
function headOf(bytes: Uint8Array): Int32Array {
  const words = new Int32Array(2);
  const bits = new Int32Array(2);
  fillWords(words, 0, bytes.subarray(0, HEAD));
  fillWords(bits, 0, new Uint8Array(Math.min(bytes.length, HEAD)).fill(0xff));
  return Int32Array.of(words[0]!, bits[0]!, words[1]!, bits[1]!);
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
