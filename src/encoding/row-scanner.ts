import type { RowArena } from '../core/row-arena.js';
import type { RowBatch } from '../core/row-batch.js';
import type { Feature, Signature } from '../core/signature.js';
import { kindOf, type ValueEncoder, type ValueReader } from './encoders.js';
import { BYTES, isPlain, isSpace, skipSpace } from './json-bytes.js';
import { FillCounter } from './fill-counter.js';
import type { Layout } from './placement.js';
import { layOut } from './row-layout.js';
import { TextTable } from './text-table.js';

const { CLOSE_LIST, CLOSE_OBJECT, COLON, COMMA, OPEN_LIST, OPEN_OBJECT, QUOTE } = BYTES;

const NULL = Buffer.from('null');

/** Rows as they stand in a body. */
export interface Scan {
  readonly batch: RowBatch;
  /** The list of rows, brackets included, is the bytes from here on ... */
  readonly from: number;
  /** ... and ends before this one. */
  readonly to: number;
}

interface Field {
  /** Its number in the signature, and in the table of names. */
  readonly number: number;
  /** Its place in `RowScanner.order`. */
  place: number;
  readonly reader: ValueReader;
  /** Writes the value that stands in for a missing one, or says false when a missing one refuses the row. */
  readonly fillIn: (out: Float32Array, start: number) => boolean;
}

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
  /**
   * The fields in the order in which the last row had them, for clients keep to one; then those that it lacked. So at
   * any place in a row, the fields before it are here before it, and no others are.
   */
  private readonly order: Field[];
  private readonly possible: boolean;
  private readonly fills: FillCounter;

  /** @param fills counts, by feature, the values that defaults stood in for. */
  constructor(
    signature: Signature,
    envelope: string,
    layout: Layout = 'columns',
    fills: Float64Array = new Float64Array(signature.features.length),
  ) {
    this.fills = new FillCounter(fills);
    const { width, placed } = layOut(signature, layout);
    this.width = width;
    this.fields = placed.map(({ feature, placement }, number) => ({
      number,
      place: number,
      reader: kindOf(feature).reader(feature, placement),
      fillIn: filler(feature, kindOf(feature).encoder(feature, placement), () => {
        this.fills.filled(number);
      }),
    }));
    this.order = [...this.fields];
    const names = signature.features.map(({ name }) => name);
    this.names = new TextTable(names);
    this.envelope = new TextTable([envelope]);
    // An object has more properties than its JSON, and holds only one value under a name.
    this.possible =
      names.length > 0 &&
      [envelope, ...names].every(isPlain) &&
      new Set(names).size === names.length &&
      !names.some((name) => name in Object.prototype);
  }

  /**
   * The rows of `body`, or undefined when it is not plain, not accepted, or holds more than `maxRows` rows. They are written
   * into what `arena` has left, or else into memory of their own.
   */
  scan(body: Buffer, maxRows: number, arena?: RowArena): Scan | undefined {
    let end = body.length;
    while (end > 0 && isSpace(body[end - 1]!)) end -= 1;
    if (!this.possible || end === 0 || body[end - 1] !== CLOSE_OBJECT) return undefined;
    const view = new DataView(body.buffer, body.byteOffset, end);
    const from = this.opening(view);
    if (from === -1 || view.getUint8(from) !== OPEN_LIST) return undefined;
    const scan = this.rows(view, from, maxRows, arena);
    this.fills.settle(scan !== undefined);
    return scan;
  }

  /** From the start to the value of the envelope. */
  private opening(body: DataView): number {
    let at = after(OPEN_OBJECT, body, 0);
    if (at !== -1) at = after(QUOTE, body, at);
    if (at === -1 || !this.envelope.isAt(0, body, at)) return -1;
    at = after(COLON, body, at + this.envelope.sizeOf(0));
    return at === -1 ? -1 : skipSpace(body, at);
  }

  private rows(body: DataView, from: number, maxRows: number, arena: RowArena | undefined): Scan | undefined {
    const last = body.byteLength - 1;
    const { width } = this;
    let data = arena?.data ?? new Float32Array(width);
    let start = arena?.used ?? 0;
    let end = start;
    let at = from;
    do {
      const rows = (end - start) / width;
      if (rows === maxRows) return giveUp(arena, data, end);
      if (end + width > data.length) {
        const room = Math.min(maxRows, estimate(rows, at - from, last - at)) * width;
        const larger = enlarged(data.subarray(start, end), room);
        giveUp(arena, data, end);
        [data, start, end] = [larger, 0, end - start];
      }
      at = this.readRow(body, at + 1, data, end);
      end += width;
      if (at === -1 || at > last) return giveUp(arena, data, end);
      at = skipSpace(body, at);
    } while (body.getUint8(at) === COMMA);
    if (body.getUint8(at) !== CLOSE_LIST || skipSpace(body, at + 1) !== last) return giveUp(arena, data, end);
    if (data === arena?.data) arena.used = end;
    if (end - start < data.length) data = data.subarray(start, end);
    return { batch: { data, rows: data.length / width, width }, from, to: at + 1 };
  }

  private readRow(body: DataView, start: number, out: Float32Array, base: number): number {
    const { length } = this.fields;
    let at = after(OPEN_OBJECT, body, start);
    if (at === -1) return -1;
    let known = 0;
    at = skipSpace(body, at);
    if (body.getUint8(at) !== CLOSE_OBJECT) {
      for (;;) {
        if (known === length) return -1;
        at = this.readField(body, at, known, out, base);
        if (at === -1) return -1;
        known += 1;
        if (body.getUint8(at) !== COMMA) {
          at = skipSpace(body, at);
          if (body.getUint8(at) === CLOSE_OBJECT) break;
          if (body.getUint8(at) !== COMMA) return -1;
        }
        at += 1;
      }
    }
    return known === length || this.fillIn(known, out, base) ? at + 1 : -1;
  }

  private readField(body: DataView, start: number, place: number, out: Float32Array, base: number): number {
    let at = after(QUOTE, body, start);
    if (at === -1) return -1;
    let field = this.order[place]!;
    if (!this.names.isAt(field.number, body, at)) {
      const number = this.names.find(body, at);
      if (number === -1) return -1;
      field = this.fields[number]!;
      if (field.place < place) return -1;
      this.reorder(field, place);
    }
    at = after(COLON, body, at + this.names.sizeOf(field.number));
    if (at === -1) return -1;
    at = skipSpace(body, at);
    const next = field.reader.read(body, at, out, base);
    return next === -1 ? readNull(field, body, at, out, base) : next;
  }

  /** Puts `field` at `place`, and the field that was there where `field` was. */
  private reorder(field: Field, place: number): void {
    const other = this.order[place]!;
    other.place = field.place;
    this.order[other.place] = other;
    field.place = place;
    this.order[place] = field;
  }

  /** Puts defaults in the place of the values that the row lacks; false when it lacks one that has no default. */
  private fillIn(known: number, out: Float32Array, base: number): boolean {
    for (let place = known; place < this.order.length; place += 1) {
      if (!this.order[place]!.fillIn(out, base)) return false;
    }
    return true;
  }
}

/** What was written into the arena goes, for readers add to zeros. */
function giveUp(arena: RowArena | undefined, data: Float32Array, end: number): Scan | undefined {
  if (data === arena?.data) data.fill(0, arena.used, end);
  return undefined;
}

/** The place after `byte`, which may have white space before it, or -1. */
function after(byte: number, body: DataView, at: number): number {
  return body.getUint8(at) === byte ? at + 1 : afterSpaces(byte, body, at);
}

function afterSpaces(byte: number, body: DataView, at: number): number {
  const place = skipSpace(body, at);
  return body.getUint8(place) === byte ? place + 1 : -1;
}

function readNull({ fillIn }: Field, body: DataView, at: number, out: Float32Array, base: number): number {
  for (let letter = 0; letter < NULL.length; letter += 1) {
    // NOTE: no step over the body's last byte, which is none of these letters.
    if (body.getUint8(at + letter) !== NULL[letter]) return -1;
  }
  return fillIn(out, base) ? at + NULL.length : -1;
}

/** How many rows there are if the `rest` of the body has rows as long as those in the bytes `done`, and a few to spare. */
function estimate(rows: number, done: number, rest: number): number {
  return rows + 1 + (rows === 0 ? 0 : Math.ceil((rest / done) * rows * 1.02));
}

function enlarged(data: Float32Array<ArrayBuffer>, length: number): Float32Array<ArrayBuffer> {
  const larger = new Float32Array(length);
  larger.set(data);
  return larger;
}

function filler(
  { missing }: Feature,
  encode: ValueEncoder,
  filled: () => void,
): (out: Float32Array, start: number) => boolean {
  if (missing.policy === 'refuse') return () => false;
  return (out, start) => {
    filled();
    return encode(missing.value, out, start);
  };
}
