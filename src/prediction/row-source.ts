import type { InputRows, RowLocator } from '../core/prediction.js';
import type { RowBatch } from '../core/row-batch.js';
import type { ModelSlot } from '../model/model-slot.js';

/** The rows of a request, and the door's own way of encoding them. */
export interface RowSource extends InputRows {
  readonly locator: RowLocator;
  /** The encoded rows, or undefined when they are refused or more than `maxRows`; `rows()` then shows why. */
  encode(slot: ModelSlot, maxRows: number): RowBatch | undefined;
}

/** Rows that are values already. */
export class ParsedRows implements RowSource {
  constructor(
    private readonly values: readonly unknown[],
    readonly locator: RowLocator,
  ) {}

  encode(slot: ModelSlot, maxRows: number): RowBatch | undefined {
    const { length } = this.values;
    return length > 0 && length <= maxRows ? slot.encoder.encode(this.values) : undefined;
  }

  rows(): readonly unknown[] {
    return this.values;
  }

  json(): string {
    return JSON.stringify(this.values);
  }
}
