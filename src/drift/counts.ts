import { cellsOf } from './number-cells.js';
import type { DriftReference, FeatureReference } from './reference.js';

/** Where the counts of a feature stand. */
export interface FeatureSpan {
  /** The first of its values or cells. */
  readonly values: number;
  readonly width: number;
  /** Rows that lacked it. */
  readonly missing: number;
  /** Rows that were refused for its value: out of range, or no category. */
  readonly refused: number;
}

/** How the counts of a version are laid out in one list, which adds up over processes and over time. */
export interface CountsShape {
  readonly length: number;
  readonly features: readonly FeatureSpan[];
  readonly classes: number;
  readonly confidence: number;
}

/** Rows that were taken, and rows that were answered: always in front. */
const HEAD = 2;

export function countsShape({ features, classes, confidence }: DriftReference): CountsShape {
  let at = HEAD;
  const spans = features.map((feature): FeatureSpan => {
    const [values, width] = [at, widthOf(feature)];
    at += width + 2;
    return { values, width, missing: values + width, refused: values + width + 1 };
  });
  const confidenceAt = at + classes.labels.length;
  return { features: spans, classes: at, confidence: confidenceAt, length: confidenceAt + confidence.edges.length - 1 };
}

function widthOf(feature: FeatureReference): number {
  return feature.kind === 'categorical' ? feature.values.length : cellsOf(feature.edges);
}

/** Counts of a version, by what they are of. */
export interface ReadCounts {
  readonly rows: number;
  readonly answered: number;
  readonly features: readonly { readonly values: number[]; readonly missing: number; readonly refused: number }[];
  readonly classes: number[];
  readonly confidence: number[];
}

export function readCounts(reference: DriftReference, counts: readonly number[]): ReadCounts {
  const shape = countsShape(reference);
  return {
    rows: counts[0] ?? 0,
    answered: counts[1] ?? 0,
    features: shape.features.map(({ values, width, missing, refused }) => ({
      values: counts.slice(values, values + width),
      missing: counts[missing] ?? 0,
      refused: counts[refused] ?? 0,
    })),
    classes: counts.slice(shape.classes, shape.confidence),
    confidence: counts.slice(shape.confidence, shape.length),
  };
}
