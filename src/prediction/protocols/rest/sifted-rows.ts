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
  { encoder, manifest, inputs }: TabularSlot,
  rows: readonly unknown[],
  locator: RowLocator,
): SiftedRows | undefined {
  const places = rows.map((_, place) => place);
  if (encoder.accepts(rows)) return { rows, positions: places, refused: [] };
  const positions = places.filter((place) => encoder.accepts([rows[place]]));
  if (positions.length === 0) return undefined;
  const good = new Set(positions);
  const refused = places
    .filter((place) => !good.has(place))
    .map((row) => {
      const found = explainRow(manifest.signature, rows[row]);
      inputs.refused(found);
      const problems = found.map(({ field, ...problem }) => ({
        pointer: locator.at(row, field),
        ...problem,
      }));
      return { row, problems };
    });
  return { rows: positions.map((place) => rows[place]), positions, refused };
}
