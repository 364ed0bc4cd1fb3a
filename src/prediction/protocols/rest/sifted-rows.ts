import type { InputProblem } from '../../../core/errors.js';
import type { RowLocator } from '../../../core/prediction.js';
import { explainRow } from '../../../encoding/row-dto.js';
import type { TabularSlot } from '../../../model/tabular-slot.js';

/** A row that the signature refuses. */
export interface RefusedRow {
  /** Its place in the request. */
  readonly row: number;
  readonly problems: readonly InputProblem[];
}

/** The rows of a partial request, at least one of them good. */
export interface SiftedRows {
  /** The good ones. */
  readonly rows: readonly unknown[];
  /** The place of each good row in the request. */
  readonly positions: readonly number[];
  /** The others, in their order. */
  readonly refused: readonly RefusedRow[];
}

/** Tells good rows from bad ones; undefined when there is no good one. */
export function siftRows(
  { encoder, manifest }: TabularSlot,
  inputs: readonly unknown[],
  locator: RowLocator,
): SiftedRows | undefined {
  const places = inputs.map((_, place) => place);
  if (encoder.encode(inputs) !== undefined) return { rows: inputs, positions: places, refused: [] };
  const positions = places.filter((place) => encoder.encode([inputs[place]]) !== undefined);
  if (positions.length === 0) return undefined;
  const good = new Set(positions);
  const refused = places
    .filter((place) => !good.has(place))
    .map((row) => {
      const problems = explainRow(manifest.signature, inputs[row]).map(({ field, ...problem }) => ({
        pointer: locator.at(row, field),
        ...problem,
      }));
      return { row, problems };
    });
  return { rows: positions.map((place) => inputs[place]), positions, refused };
}
