/** The window, and the slots in which it moves on. */
export const WINDOW_MINUTES = 60;
const SLOTS = 12;
const SLOT_MS = (WINDOW_MINUTES / SLOTS) * 60_000;

export interface ConfidenceSum {
  readonly rows: number;
  /** Sum of the probabilities of the classes that won. */
  readonly confidence: number;
}

/** How sure a version was of the rows of the last hour, in constant memory. */
export class RecentConfidence {
  private readonly rows = new Float64Array(SLOTS);
  private readonly confidence = new Float64Array(SLOTS);
  /** The newest slot that anything was put into, counted since 1970. */
  private newest = 0;

  add(now: number, rows: number, confidence: number): void {
    const slot = this.advance(now);
    this.rows[slot]! += rows;
    this.confidence[slot]! += confidence;
  }

  /** Adds all that another one holds, as if it were of now. */
  absorb(now: number, other: RecentConfidence): void {
    const { rows, confidence } = other.sum(now);
    this.add(now, rows, confidence);
  }

  sum(now: number): ConfidenceSum {
    this.advance(now);
    const total = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0);
    return { rows: total(this.rows), confidence: total(this.confidence) };
  }

  /** Empties the slots that the window has left behind. A clock that goes back changes nothing. */
  private advance(now: number): number {
    const slot = Math.max(this.newest, Math.floor(now / SLOT_MS));
    const passed = Math.min(SLOTS, slot - this.newest);
    for (let step = 1; step <= passed; step += 1) {
      const emptied = (slot - passed + step) % SLOTS;
      this.rows[emptied] = 0;
      this.confidence[emptied] = 0;
    }
    this.newest = slot;
    return slot % SLOTS;
  }
}
