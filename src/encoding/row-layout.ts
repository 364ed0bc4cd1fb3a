import type { Feature, Signature } from '../core/signature.js';
import { kindOf } from './encoders.js';
import { countInputs } from './finite-inputs.js';
import type { Layout, Placement } from './placement.js';

export interface RowLayout {
  /** Numbers in an encoded row. */
  readonly width: number;
  readonly placed: readonly PlacedFeature[];
}

export interface PlacedFeature {
  readonly feature: Feature;
  readonly placement: Placement;
}

/** Where each feature of `signature` stands in an encoded row. */
export function layOut(signature: Signature, layout: Layout): RowLayout {
  return layout === 'index' ? inOneNumber(signature) : sideBySide(signature);
}

function sideBySide({ features }: Signature): RowLayout {
  let width = 0;
  const placed = features.map((feature): PlacedFeature => {
    const at = width;
    width += kindOf(feature).width(feature);
    return { feature, placement: { layout: 'columns', at } };
  });
  return { width, placed };
}

function inOneNumber(signature: Signature): RowLayout {
  let stride = countInputs(signature);
  if (stride === null) throw new RangeError('the signature allows too many inputs to number them');
  const placed = signature.features.map((feature): PlacedFeature => {
    stride! /= kindOf(feature).choices(feature)!.length;
    return { feature, placement: { layout: 'index', stride: stride! } };
  });
  return { width: 1, placed };
}
