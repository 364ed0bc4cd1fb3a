import type { RowBatch } from '../core/row-batch.js';
import type { Feature, Signature } from '../core/signature.js';
import { kindOf, type ValueEncoder } from './encoders.js';

interface Column {
  readonly name: string;
  readonly at: number;
  readonly encode: ValueEncoder;
  /** Stands in for a missing value; undefined where a missing value refuses the row. */
  readonly fallback: unknown;
}

/**
 * Rows to numbers, compiled once per signature. Training and serving both go through it, so a model sees a value in
 * service exactly as it saw it in training.
 */
export class RowEncoder {
  /** Columns of an encoded row. */
  readonly width: number;
  private readonly columns: readonly Column[];

  constructor(signature: Signature) {
    let at = 0;
    this.columns = signature.features.map((feature: Feature) => {
      const kind = kindOf(feature);
      const column = {
        name: feature.name,
        at,
        encode: kind.encoder(feature),
        fallback: feature.missing.policy === 'default' ? feature.missing.value : undefined,
      };
      at += kind.width(feature);
      return column;
    });
    this.width = at;
  }

  /** The encoded rows, or undefined when the signature refuses any of them; `row-dto.ts` then explains why. */
  encode(rows: readonly unknown[]): RowBatch | undefined {
    const data = new Float32Array(rows.length * this.width);
    for (let index = 0; index < rows.length; index += 1) {
      if (!this.encodeRow(rows[index], data, index * this.width)) return undefined;
    }
    return { data, rows: rows.length, width: this.width };
  }

  private encodeRow(row: unknown, out: Float32Array, start: number): boolean {
    if (typeof row !== 'object' || row === null || Array.isArray(row)) return false;
    const values = row as Record<string, unknown>;
    let known = 0;
    for (const { name, at, encode, fallback } of this.columns) {
      const sent = values[name];
      if (sent !== undefined) known += 1;
      const value = sent ?? fallback;
      if (value === undefined || !encode(value, out, start + at)) return false;
    }
    return countKeys(values) === known;
  }
}

function countKeys(row: Record<string, unknown>): number {
  let keys = 0;
  for (const key in row) if (row[key] !== undefined) keys += 1;
  return keys;
}
