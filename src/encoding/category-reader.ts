import { BYTES, isNumberByte } from './json-bytes.js';
import type { CodeEffects } from './placement.js';
import { TextTable } from './text-table.js';

const { QUOTE } = BYTES;

/** Reads a categorical feature from the bytes of a body. */
export class CategoryReader {
  private readonly strings: TextTable;
  /** What each of the strings adds to the encoded row, and where. */
  private readonly at: Int32Array;
  private readonly amount: Float64Array;
  private readonly numbers: TextTable;
  /** The string that means the same as each of the numbers. */
  private readonly twins: Int32Array;

  /** `codes`: the code of every form in which a category may be sent, string or number. */
  constructor(codes: ReadonlyMap<unknown, number>, effects: CodeEffects) {
    const strings = [...codes.keys()].filter((form) => typeof form === 'string');
    const numbers = [...codes.keys()].filter((form) => typeof form === 'number').map(String);
    this.strings = new TextTable(strings);
    this.at = Int32Array.from(strings, (text) => effects.at[codes.get(text)!]!);
    this.amount = Float64Array.from(strings, (text) => effects.amount[codes.get(text)!]!);
    this.numbers = new TextTable(numbers);
    this.twins = Int32Array.from(numbers, (text) => strings.indexOf(text));
  }

  read(body: DataView, at: number, out: Float32Array, start: number): number {
    if (body.getUint8(at) !== QUOTE) return this.readNumber(body, at, out, start);
    const text = this.strings.find(body, at + 1);
    if (text === -1) return -1;
    out[start + this.at[text]!]! += this.amount[text]!;
    return at + 1 + this.strings.sizeOf(text);
  }

  /** A number counts by its text: 4 is the category "4", and 4.0 is left to slower and wiser readers. */
  private readNumber(body: DataView, at: number, out: Float32Array, start: number): number {
    let end = at;
    while (isNumberByte(body.getUint8(end))) end += 1;
    const number = this.numbers.findBetween(body, at, end);
    if (number === -1) return -1;
    const text = this.twins[number]!;
    out[start + this.at[text]!]! += this.amount[text]!;
    return end;
  }
}
