/** Counts values between fixed bounds; a value on a bound belongs below it, as Prometheus has it. */
export class FixedHistogram {
  /** One more than there are bounds. */
  readonly counts: Float64Array;
  sum = 0;

  /** @param bounds ascending. */
  constructor(private readonly bounds: readonly number[]) {
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
