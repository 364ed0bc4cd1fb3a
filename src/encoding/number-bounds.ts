import type { NumberFeature } from '../core/signature.js';

/** Largest finite float32. A larger double becomes Infinity in a tensor, and NaN in the model's answer. */
export const FLOAT32_MAX = 3.4028234663852886e38;

export interface Bounds {
  readonly minimum: number;
  readonly maximum: number;
}

/** The values of `feature` that are accepted: its own limits, and no value that overflows float32, raw or normalised. */
export function boundsOf({ minimum, maximum, normalisation: { mean, std } }: NumberFeature): Bounds {
  const reach = Math.min(std, 1) * FLOAT32_MAX - Math.abs(mean);
  return {
    minimum: Math.max(minimum ?? -Infinity, -reach),
    maximum: Math.min(maximum ?? Infinity, reach),
  };
}

/** What the model sees for a value of `feature`, or NaN for a value that is not accepted. */
export function standardiserOf(feature: NumberFeature): (value: number) => number {
  const { minimum, maximum } = boundsOf(feature);
  const { integer } = feature;
  const { mean, std } = feature.normalisation;
  return (value) => {
    // NaN fails both comparisons.
    if (!(value >= minimum && value <= maximum) || (integer && !Number.isInteger(value))) return NaN;
    return (value - mean) / std;
  };
}
