import { BYTES, isDigit, isNumberByte } from './json-bytes.js';
import type { CodeEffects } from './placement.js';
import { TextTable } from './text-table.js';

const { MINUS, QUOTE } = BYTES;

/** The known texts of one JSON type, and what each does to the encoded row. */
interface Forms {
  readonly texts: TextTable;
  readonly at: Int32Array;
  readonly amount: Float64Array;
}

/** Reads a categorical feature from the bytes of a body. */
export class CategoryReader {
  private readonly strings: Forms;
  private readonly numbers: Forms;

  /** `codes`: the code of every form in which a category may be sent, string or number. */
  constructor(codes: ReadonlyMap<unknown, number>, effects: CodeEffects) {
    this.strings = formsOf('string', codes, effects);
    this.numbers = formsOf('number', codes, effects);
  }

  read(body: DataView, at: number, out: Float32Array, start: number): number {
    const first = body.getUint8(at);
    if (first === QUOTE) {
      const { texts, at: columns, amount } = this.strings;
      const text = texts.find(body, at + 1);
      if (text === -1) return -1;
      out[start + columns[text]!]! += amount[text]!;
      return at + 1 + texts.sizeOf(text);
    }
    return first === MINUS || isDigit(first) ? this.readNumber(body, at, out, start) : -1;
  }

  /** A number counts by its text: 4 is the category "4", and 4.0 is left to slower and wiser readers. */
  private readNumber(body: DataView, at: number, out: Float32Array, start: number): number {
    let end = at + 1;
    while (isNumberByte(body.getUint8(end))) end += 1;
    const { texts, at: columns, amount } = this.numbers;
    const text = texts.findBetween(body, at, end);
    if (text === -1) return -1;
    out[start + columns[text]!]! += amount[text]!;
    return end;
  }
}

function formsOf(type: 'string' | 'number', codes: ReadonlyMap<unknown, number>, effects: CodeEffects): Forms {
  const forms = [...codes].filter(([form]) => typeof form === type);
  return {
    texts: new TextTable(forms.map(([form]) => String(form))),
    at: Int32Array.from(forms, ([, code]) => effects.at[code]!),
    amount: Float64Array.from(forms, ([, code]) => effects.amount[code]!),
  };
}
