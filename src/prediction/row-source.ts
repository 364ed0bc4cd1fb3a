import type { InputRows, RowLocator } from '../core/prediction.js';
import type { RowBatch } from '../core/row-batch.js';
import type { TabularSlot } from '../model/tabular-slot.js';

/** The rows of a request, and the door's own way of encoding them. */
export interface RowSource extends InputRows {
  readonly locator: RowLocator;
  /** The encoded rows, or undefined when they are refused or more than `maxRows`; `rows()` then shows why. */
  encode(slot: TabularSlot, maxRows: number): RowBatch | undefined;
}
