/** Counts values between fixed bounds; a value on a bound belongs below it, as Prometheus has it. */
export class FixedHistogram {
  /** One more than there are bounds. */
  readonly counts: Float64Array;
  sum = 0;

  /** @param bounds ascending. */
  constructor(readonly bounds: readonly number[]) {
    this.counts = new Float64Array(bounds.length + 1);
  }

  observe(value: number, times = 1): void {
    const { bounds, counts } = this;
    let bucket = 0;
    while (bucket < bounds.length && value > bounds[bucket]!) bucket += 1;
    counts[bucket]! += times;
    this.sum += value * times;
  }
}

/** Seconds: bounds for the parts of a prediction, from the microseconds of a table look-up to a heavy model's seconds. */
export const STAGE_BOUNDS = [0.00001, 0.00003, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 10] as const;
