/** One recorded row and what the candidate says of it. */
export interface ReplayedRow {
  /** `<id of the prediction>/<row>`. */
  readonly id: string;
  /** Where it stands: file and line. */
  readonly place: string;
  readonly input: unknown;
  readonly recorded: string;
}

/** What a model answers to a row. */
export interface Verdict {
  readonly label: string;
  /** By label. */
  readonly probabilities: ReadonlyMap<string, number>;
}

export interface ChangedRow extends ReplayedRow {
  readonly now: string;
  readonly probability: number;
}

/** A decision that changed, and how often. */
export interface ChangedPair {
  readonly from: string;
  readonly to: string;
  readonly rows: number;
}

/** What came of replaying rows. */
export interface Tallied {
  readonly rows: number;
  /** Rows whose class is another than the recorded one. */
  readonly changed: number;
  /** Share of the rows, 0 to 1. */
  readonly share: number;
  /** The most frequent first. */
  readonly pairs: readonly ChangedPair[];
  /** The first rows that changed. */
  readonly examples: readonly ChangedRow[];
  /** Largest difference of one probability to the version that answered; null where none of those versions is there. */
  readonly largestChange: number | null;
  /** Rows whose recorded class is not what the version that answered says today. */
  readonly notReproduced: number;
}

/** Counts decisions that change, in memory that does not grow with the rows. */
export class ReplayTally {
  private rows = 0;
  private changed = 0;
  private notReproduced = 0;
  private largestChange: number | null = null;
  private readonly pairs = new Map<string, { from: string; to: string; rows: number }>();
  private readonly examples: ChangedRow[] = [];

  /** @param most examples to keep. */
  constructor(private readonly most: number) {}

  /** @param before what the version that answered says today, where it is there. */
  add(row: ReplayedRow, now: Verdict, before?: Verdict): void {
    this.rows += 1;
    if (before !== undefined) {
      if (before.label !== row.recorded) this.notReproduced += 1;
      this.largestChange = Math.max(this.largestChange ?? 0, distance(before, now));
    }
    if (now.label === row.recorded) return;
    this.changed += 1;
    this.count(row.recorded, now.label);
    if (this.examples.length >= this.most) return;
    this.examples.push({ ...row, now: now.label, probability: now.probabilities.get(now.label) ?? 0 });
  }

  result(): Tallied {
    const { rows, changed, examples, largestChange, notReproduced } = this;
    const pairs = [...this.pairs.values()].sort((a, b) => b.rows - a.rows);
    return { rows, changed, share: rows === 0 ? 0 : changed / rows, pairs, examples, largestChange, notReproduced };
  }

  private count(from: string, to: string): void {
    const key = JSON.stringify([from, to]);
    const pair = this.pairs.get(key);
    if (pair === undefined) this.pairs.set(key, { from, to, rows: 1 });
    else pair.rows += 1;
  }
}

/** A class that one of the two does not know has no probability there. */
function distance(before: Verdict, now: Verdict): number {
  const labels = new Set([...before.probabilities.keys(), ...now.probabilities.keys()]);
  let largest = 0;
  for (const label of labels) {
    const change = Math.abs((before.probabilities.get(label) ?? 0) - (now.probabilities.get(label) ?? 0));
    if (change > largest) largest = change;
  }
  return largest;
}
