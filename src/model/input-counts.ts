import type { InputFault } from '../core/errors.js';

const MISSING = new Set<InputFault>(['required', 'null']);
const OUT_OF_RANGE = new Set<InputFault>(['out-of-range', 'not-allowed', 'not-finite']);

/** A problem of a row, as its DTO explains it. */
interface RowProblem {
  /** Name of the feature; undefined where the row itself is at fault. */
  readonly field?: string | undefined;
  readonly code: InputFault;
}

/** Values that rows lacked, or that lie outside of what their feature allows; by feature. */
export class InputCounts {
  /** Of rows that were refused. */
  readonly missing: Float64Array;
  /** Missing ones too, of rows that were taken: a default stood in. */
  readonly filled: Float64Array;
  readonly outOfRange: Float64Array;
  private readonly places: ReadonlyMap<string, number>;

  constructor(readonly features: readonly string[]) {
    this.missing = new Float64Array(features.length);
    this.filled = new Float64Array(features.length);
    this.outOfRange = new Float64Array(features.length);
    this.places = new Map(features.map((name, place) => [name, place]));
  }

  /** Counts why rows were refused. */
  refused(problems: readonly RowProblem[]): void {
    for (const { field, code } of problems) {
      const place = field === undefined ? undefined : this.places.get(field);
      if (place === undefined) continue;
      if (MISSING.has(code)) this.missing[place]! += 1;
      else if (OUT_OF_RANGE.has(code)) this.outOfRange[place]! += 1;
    }
  }
}
