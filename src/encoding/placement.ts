import type { CategoricalFeature } from '../core/signature.js';

/**
 * How a row stands in the encoded batch. `columns`: its features side by side, as a model takes them. `index`: one
 * number, the place of the row among all inputs that the signature allows.
 */
export type Layout = 'columns' | 'index';

/** Where the encoded feature goes within its row. */
export type Placement =
  /** From column `at` on. */
  | { readonly layout: 'columns'; readonly at: number }
  /** Into column 0, to which every feature adds its code times its `stride`. */
  | { readonly layout: 'index'; readonly stride: number };

/** The column of a feature that takes one. */
export function columnOf(placement: Placement): number {
  if (placement.layout === 'index') throw new RangeError('only a feature with finitely many values can be numbered');
  return placement.at;
}

/** What the code of a category does to an encoded row of zeros: `row[at[code]] += amount[code]`. */
export interface CodeEffects {
  readonly at: Int32Array;
  readonly amount: Float64Array;
}

/** One shape for every encoding and layout, so that the loops over rows know only one. */
export function codeEffects({ values, encoding }: CategoricalFeature, placement: Placement): CodeEffects {
  const codes = Float64Array.from(values, (_, code) => code);
  if (placement.layout === 'index') {
    return { at: new Int32Array(codes.length), amount: codes.map((code) => code * placement.stride) };
  }
  if (encoding === 'one-hot') {
    return { at: Int32Array.from(codes, (code) => placement.at + code), amount: codes.map(() => 1) };
  }
  const top = Math.max(values.length - 1, 1);
  return { at: Int32Array.from(codes, () => placement.at), amount: codes.map((code) => code / top) };
}
