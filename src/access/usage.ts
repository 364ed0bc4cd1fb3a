/** Seconds over which use is counted. */
export const WINDOW_SECONDS = 60;

/** How much was used in the last 60 seconds, by seconds. */
export class Usage {
  private readonly amounts = new Float64Array(WINDOW_SECONDS);
  private latest = 0;
  private sum = 0;

  /** @param second on a clock that never goes back. */
  add(amount: number, second: number): void {
    this.forget(second);
    this.amounts[second % WINDOW_SECONDS]! += amount;
    this.sum += amount;
  }

  total(second: number): number {
    this.forget(second);
    return this.sum;
  }

  /** Seconds until `excess` of what was used lies more than a minute back, 1 at least. */
  secondsUntilLess(excess: number, second: number): number {
    this.forget(second);
    let left = excess;
    for (let wait = 1; wait < WINDOW_SECONDS; wait += 1) {
      left -= this.amounts[(second + wait) % WINDOW_SECONDS]!;
      if (left <= 0) return wait;
    }
    return WINDOW_SECONDS;
  }

  private forget(second: number): void {
    const steps = Math.min(second - this.latest, WINDOW_SECONDS);
    for (let step = 1; step <= steps; step += 1) {
      const place = (this.latest + step) % WINDOW_SECONDS;
      this.sum -= this.amounts[place]!;
      this.amounts[place] = 0;
    }
    if (second > this.latest) {
      if (steps === WINDOW_SECONDS) this.amounts.fill(0);
      this.latest = second;
    }
    if (steps === WINDOW_SECONDS) this.sum = 0;
  }
}
