/** Counts the values that defaults stood in for, by feature, once it is known whether the rows were taken. */
export class FillCounter {
  private readonly pending: Float64Array;
  private dirty = false;

  /** `counts` has a number for each feature. */
  constructor(private readonly counts: Float64Array) {
    this.pending = new Float64Array(counts.length);
  }

  filled(feature: number): void {
    this.pending[feature]! += 1;
    this.dirty = true;
  }

  /** Ends the rows of a request. Rows that were not taken are read again, or refused: then they do not count here. */
  settle(taken: boolean): void {
    if (!this.dirty) return;
    if (taken) {
      this.pending.forEach((count, feature) => {
        this.counts[feature]! += count;
      });
    }
    this.pending.fill(0);
    this.dirty = false;
  }
}
