import type { RowBatch } from '../core/row-batch.js';
import type { Signature } from '../core/signature.js';
import { kindOf, type ValueEncoder } from './encoders.js';
import { FillCounter } from './fill-counter.js';
import type { Layout } from './placement.js';
import { layOut } from './row-layout.js';

export type { Layout };

interface Column {
  readonly name: string;
  /** The column that a client most likely sends next. */
  readonly next: number;
  readonly encode: ValueEncoder;
  /** Stands in for a missing value; undefined where a missing value refuses the row. */
  readonly fallback: unknown;
}

/**
 * Rows to numbers, compiled once per signature. Training and serving both go through it, so a model sees a value in
 * service exactly as it saw it in training.
 */
export class RowEncoder {
  /** Numbers in an encoded row. */
  readonly width: number;
  private readonly columns: readonly Column[];
  private readonly byName: ReadonlyMap<string, Column>;
  private readonly fills: FillCounter;

  /**
   * The layout `index` is only for signatures whose inputs `countInputs` can count.
   *
   * @param fills counts, by feature, the values that defaults stood in for.
   */
  constructor(
    signature: Signature,
    layout: Layout = 'columns',
    fills: Float64Array = new Float64Array(signature.features.length),
  ) {
    this.fills = new FillCounter(fills);
    const { width, placed } = layOut(signature, layout);
    this.width = width;
    this.columns = placed.map(({ feature, placement }, place) => ({
      name: feature.name,
      next: (place + 1) % placed.length,
      encode: kindOf(feature).encoder(feature, placement),
      fallback: feature.missing.policy === 'default' ? feature.missing.value : undefined,
    }));
    this.byName = new Map(this.columns.map((column) => [column.name, column]));
  }

  /** The encoded rows, or undefined when the signature refuses any of them; `row-dto.ts` then explains why. */
  encode(rows: readonly unknown[]): RowBatch | undefined {
    const batch = this.encodeAll(rows);
    this.fills.settle(batch !== undefined);
    return batch;
  }

  /**
   * The same of rows by column: `column` gives the values of a feature in the order of the rows, of which null and NaN are
   * missing ones. Missing values are not counted.
   */
  encodeColumns(rows: number, column: (name: string) => ArrayLike<unknown>): RowBatch | undefined {
    const { width } = this;
    const data = new Float32Array(rows * width);
    for (const { name, encode, fallback } of this.columns) {
      const values = column(name);
      for (let row = 0; row < rows; row += 1) {
        const value = values[row];
        const known = value === null || value === undefined || Number.isNaN(value) ? fallback : value;
        if (known === undefined || !encode(known, data, row * width)) return undefined;
      }
    }
    return { data, rows, width };
  }

  /** Whether it would encode the rows, without counting what they lack. */
  accepts(rows: readonly unknown[]): boolean {
    const accepted = this.encodeAll(rows) !== undefined;
    this.fills.settle(false);
    return accepted;
  }

  private encodeAll(rows: readonly unknown[]): RowBatch | undefined {
    const data = new Float32Array(rows.length * this.width);
    for (let index = 0; index < rows.length; index += 1) {
      if (!this.encodeRow(rows[index], data, index * this.width)) return undefined;
    }
    return { data, rows: rows.length, width: this.width };
  }

  // NOTE: reading a key in the `for in` that gave it is the one way to read a varying key without a lookup in V8.
  private encodeRow(row: unknown, out: Float32Array, start: number): boolean {
    if (typeof row !== 'object' || row === null || Array.isArray(row)) return false;
    const values = row as Record<string, unknown>;
    let expected = 0;
    let encoded = 0;
    for (const key in values) {
      const value = values[key];
      if (value === undefined) continue;
      let column = this.columns[expected];
      if (column?.name !== key) column = this.byName.get(key);
      if (column === undefined) return false;
      expected = column.next;
      if (value === null) continue;
      if (!column.encode(value, out, start)) return false;
      encoded += 1;
    }
    return encoded === this.columns.length || this.fillIn(values, out, start, encoded);
  }

  /** Puts defaults in the place of missing values; false when a value without a default is missing. */
  private fillIn(values: Record<string, unknown>, out: Float32Array, start: number, encoded: number): boolean {
    let known = encoded;
    for (let place = 0; place < this.columns.length; place += 1) {
      const { name, encode, fallback } = this.columns[place]!;
      if (values[name] != null) continue;
      if (fallback === undefined || !encode(fallback, out, start)) return false;
      this.fills.filled(place);
      known += 1;
    }
    return known === this.columns.length;
  }
}
