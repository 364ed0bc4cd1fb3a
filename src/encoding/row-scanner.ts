import type { RowBatch } from '../core/row-batch.js';
import type { Signature } from '../core/signature.js';
import { kindOf, type ValueEncoder, type ValueReader } from './encoders.js';
import { BYTES, isPlain, isSpace, skipSpace, wordAt } from './json-bytes.js';
import type { Layout } from './placement.js';
import { layOut } from './row-layout.js';
import { TextTable } from './text-table.js';

const { CLOSE_LIST, CLOSE_OBJECT, COLON, COMMA, LOWER_N, OPEN_LIST, OPEN_OBJECT, QUOTE } = BYTES;

/** Rows as they stand in a body. */
export interface Scan {
  readonly batch: RowBatch;
  /** The list of rows, brackets included, is the bytes from here on ... */
  readonly from: number;
  /** ... and ends before this one. */
  readonly to: number;
}

interface Field {
  readonly reader: ValueReader;
  /** Writes the value that stands in for a missing one, or says false when a missing one refuses the row. */
  readonly fillIn: (out: Float32Array, start: number) => boolean;
}

const NULL = Buffer.from('null').readInt32LE();

/** Where the scan of a body has come to an end without a result. */
const REFUSED = -1;

/**
 * Rows to numbers straight from the bytes of `{"<envelope>": [row, ...]}`, for bodies that are written plainly. It gives
 * what JSON.parse and `RowEncoder` would give, or nothing: every oddity is left to them.
 *
 * A step takes the place where it starts and returns the place after it, or -1. No step looks at the length of the
 * body: the body's last byte is known to be `}`, at which every token ends, and only the end of a row may step over it.
 */
export class RowScanner {
  private readonly width: number;
  private readonly fields: readonly Field[];
  private readonly names: TextTable;
  private readonly envelope: TextTable;
  /** The fields in the order in which the last rows had them: clients keep to one. */
  private readonly order: Int32Array;
  /** The number of the last row that had each field. */
  private readonly seen: Float64Array;
  private row = 0;
  private readonly possible: boolean;

  constructor(signature: Signature, envelope: string, layout: Layout = 'columns') {
    const { width, placed } = layOut(signature, layout);
    this.width = width;
    this.fields = placed.map(({ feature, placement }) => ({
      reader: kindOf(feature).reader(feature, placement),
      fillIn: filler(feature.missing, kindOf(feature).encoder(feature, placement)),
    }));
    const names = signature.features.map(({ name }) => name);
    this.names = new TextTable(names);
    this.envelope = new TextTable([envelope]);
    this.order = Int32Array.from(names, (_, field) => field);
    this.seen = new Float64Array(names.length);
    // An object has more properties than its JSON, and holds only one value under a name.
    this.possible =
      [envelope, ...names].every(isPlain) && new Set(names).size === names.length && !names.some((name) => name in {});
  }

  /** The rows of `body`, or undefined when it is not plain, not accepted, or holds more than `maxRows` rows. */
  scan(body: Buffer, maxRows: number): Scan | undefined {
    let end = body.length;
    while (end > 0 && isSpace(body[end - 1]!)) end -= 1;
    if (!this.possible || end === 0 || body[end - 1] !== CLOSE_OBJECT) return undefined;
    const view = new DataView(body.buffer, body.byteOffset, end);
    const from = this.opening(view);
    return from === REFUSED ? undefined : this.rows(view, from, maxRows);
  }

  /** From the start to the `[` of the rows. */
  private opening(body: DataView): number {
    let at = skipSpace(body, 0);
    if (body.getUint8(at) !== OPEN_OBJECT) return REFUSED;
    at = skipSpace(body, at + 1);
    if (body.getUint8(at) !== QUOTE || !this.envelope.isAt(0, body, at + 1)) return REFUSED;
    at = afterColon(body, at + 1 + this.envelope.sizeOf(0));
    return at !== REFUSED && body.getUint8(at) === OPEN_LIST ? at : REFUSED;
  }

  private rows(body: DataView, from: number, maxRows: number): Scan | undefined {
    const last = body.byteLength - 1;
    const { width } = this;
    let data = new Float32Array(width);
    let capacity = 1;
    let rows = 0;
    let at = from;
    do {
      if (rows === maxRows) return undefined;
      if (rows === capacity) {
        // Rows of a body are about of one length.
        capacity = Math.min(maxRows, rows + 1 + Math.ceil(((last - at) * 1.02 * rows) / (at - from)));
        const larger = new Float32Array(capacity * width);
        larger.set(data);
        data = larger;
      }
      at = this.readRow(body, skipSpace(body, at + 1), data, rows * width);
      if (at === REFUSED || at > last) return undefined;
      at = skipSpace(body, at);
      rows += 1;
    } while (body.getUint8(at) === COMMA);
    if (body.getUint8(at) !== CLOSE_LIST || skipSpace(body, at + 1) !== last) return undefined;
    if (rows < capacity) data = data.subarray(0, rows * width);
    return { batch: { data, rows, width }, from, to: at + 1 };
  }

  private readRow(body: DataView, start: number, out: Float32Array, base: number): number {
    if (body.getUint8(start) !== OPEN_OBJECT) return REFUSED;
    this.row += 1;
    const { length } = this.fields;
    let at = skipSpace(body, start + 1);
    let known = 0;
    if (body.getUint8(at) === QUOTE) {
      for (;;) {
        if (known === length) return REFUSED;
        at = this.readField(body, at, known, out, base);
        if (at === REFUSED) return REFUSED;
        at = skipSpace(body, at);
        known += 1;
        if (body.getUint8(at) !== COMMA) break;
        at = skipSpace(body, at + 1);
      }
    }
    if (body.getUint8(at) !== CLOSE_OBJECT) return REFUSED;
    return known === length || this.fillIn(out, base) ? at + 1 : REFUSED;
  }

  private readField(body: DataView, start: number, place: number, out: Float32Array, base: number): number {
    if (body.getUint8(start) !== QUOTE) return REFUSED;
    let field = this.order[place]!;
    if (!this.names.isAt(field, body, start + 1)) {
      field = this.names.find(body, start + 1);
      if (field === -1) return REFUSED;
      this.order[place] = field;
    }
    if (this.seen[field] === this.row) return REFUSED;
    this.seen[field] = this.row;
    const at = afterColon(body, start + 1 + this.names.sizeOf(field));
    if (at === REFUSED) return REFUSED;
    const { reader, fillIn } = this.fields[field]!;
    if (body.getUint8(at) === LOWER_N) return fillIn(out, base) ? afterNull(body, at) : REFUSED;
    return reader.read(body, at, out, base);
  }

  /** Puts defaults in the place of the values that the row lacks; false when it lacks one that has no default. */
  private fillIn(out: Float32Array, base: number): boolean {
    for (let field = 0; field < this.fields.length; field += 1) {
      if (this.seen[field] !== this.row && !this.fields[field]!.fillIn(out, base)) return false;
    }
    return true;
  }
}

function afterColon(body: DataView, at: number): number {
  const colon = skipSpace(body, at);
  return body.getUint8(colon) === COLON ? skipSpace(body, colon + 1) : REFUSED;
}

function afterNull(body: DataView, at: number): number {
  return at + 4 <= body.byteLength && wordAt(body, at) === NULL ? at + 4 : REFUSED;
}

function filler(
  missing: Signature['features'][number]['missing'],
  encode: ValueEncoder,
): (out: Float32Array, start: number) => boolean {
  return missing.policy === 'refuse' ? () => false : (out, start) => encode(missing.value, out, start);
}
