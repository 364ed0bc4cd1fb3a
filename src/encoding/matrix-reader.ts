import type { CategoricalFeature, Feature, NumberFeature, Row, Signature } from '../core/signature.js';
import { standardiserOf } from './number-bounds.js';
import { layOut } from './row-layout.js';

/** Why a row of an encoded matrix is the encoding of no row. */
export interface MatrixFault {
  readonly row: number;
  /** The first column of the feature. */
  readonly column: number;
  readonly feature: string;
  readonly message: string;
}

/** How far apart neighbouring float32 numbers are, at most, as a part of them. */
const FLOAT32_GRAIN = 2 ** -23;

export type MatrixReading = { readonly rows: readonly Row[] } | { readonly faults: readonly MatrixFault[] };

/**
 * The rows of which `matrix` (shape [rows, width], row-major, laid out as the encoder does) is the encoding, or every
 * reason why it is none. A number comes back as precisely as its float32 column has kept it.
 */
export function readMatrix(signature: Signature, matrix: Float32Array): MatrixReading {
  const { width, placed } = layOut(signature, 'columns');
  const faults: MatrixFault[] = [];
  const rows: Row[] = [];
  for (let row = 0; row * width < matrix.length; row += 1) {
    const values: [string, unknown][] = [];
    placed.forEach(({ feature, placement }, index) => {
      const column = placement.layout === 'columns' ? placement.at : 0;
      const next = placed[index + 1]?.placement;
      const end = next?.layout === 'columns' ? next.at : width;
      const value = decode(feature, matrix.subarray(row * width + column, row * width + end));
      if (value === undefined) faults.push({ row, column, feature: feature.name, message: expectation(feature) });
      else values.push([feature.name, value]);
    });
    rows.push(Object.fromEntries(values));
  }
  return faults.length > 0 ? { faults } : { rows };
}

function decode(feature: Feature, columns: Float32Array): string | number | undefined {
  return feature.kind === 'categorical' ? decodeCategory(feature, columns) : decodeNumber(feature, columns[0]!);
}

function decodeCategory({ values, encoding }: CategoricalFeature, columns: Float32Array): string | undefined {
  if (encoding === 'one-hot') {
    const hot = columns.indexOf(1);
    const ones = columns.every((column, code) => column === (code === hot ? 1 : 0));
    return hot !== -1 && ones ? values[hot] : undefined;
  }
  const top = Math.max(values.length - 1, 1);
  const code = Math.round(columns[0]! * top);
  return Math.fround(code / top) === columns[0] ? values[code] : undefined;
}

function decodeNumber(feature: NumberFeature, column: number): number | undefined {
  const { mean, std } = feature.normalisation;
  const exact = column * std + mean;
  // The float32 column has lost digits, so the number that was meant may lie just beyond the feature's bounds.
  const near = feature.integer ? Math.round(exact) : clamp(exact, feature.minimum, feature.maximum);
  const back = standardiserOf(feature)(near);
  // A double is no finer than this around the mean; NaN is no match.
  const grain = FLOAT32_GRAIN * Math.abs(column) + (4 * Number.EPSILON * Math.abs(mean)) / std;
  return Math.abs(back - column) <= grain ? near : undefined;
}

function clamp(value: number, minimum: number | null, maximum: number | null): number {
  return Math.min(Math.max(value, minimum ?? -Infinity), maximum ?? Infinity);
}

function expectation(feature: Feature): string {
  if (feature.kind === 'number') return 'must be the standardised value of an accepted number';
  if (feature.encoding === 'ordinal') return 'must be the index of an accepted value, scaled to 0..1';
  return `must hold one 1 and otherwise 0 in its ${feature.values.length} columns`;
}
