import { FixedHistogram, STAGE_BOUNDS } from '../../core/fixed-histogram.js';
import type { ClassLabel } from '../../core/signature.js';
import { type Outcome, OUTCOMES } from '../../core/prediction.js';

/** Upper bounds of the probability of the class that won. */
export const CONFIDENCE_BOUNDS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1] as const;

/** Classes with a series of their own; the others share `_other`. */
const CLASSES = 100;

const OTHER = '_other';

/** The parts of a prediction, by the names that their metrics have. */
export const STAGES = ['preprocess', 'queue', 'predict', 'postprocess'] as const;
export type Stage = (typeof STAGES)[number];

/** What one version has answered. */
export class VersionCounts {
  /** In the order of `OUTCOMES`. */
  readonly outcomes = new Float64Array(OUTCOMES.length);
  /** Rows that were answered. */
  rows = 0;
  readonly stages: Readonly<Record<Stage, FixedHistogram>> = {
    preprocess: new FixedHistogram(STAGE_BOUNDS),
    queue: new FixedHistogram(STAGE_BOUNDS),
    predict: new FixedHistogram(STAGE_BOUNDS),
    postprocess: new FixedHistogram(STAGE_BOUNDS),
  };
  readonly confidence = new FixedHistogram(CONFIDENCE_BOUNDS);
  private classes: readonly ClassLabel[] = [];
  private rowsOf = new Float64Array(0);
  /** By label, of the classes that a package of this version had before, and of versions that were added. */
  private readonly earlier = new Map<string, number>();

  ended(outcome: Outcome): void {
    this.outcomes[OUTCOMES.indexOf(outcome)]! += 1;
  }

  /** Rows by class index, to be counted up. Classes of a version change only with its package. */
  rowsByIndex(classes: readonly ClassLabel[]): Float64Array {
    if (classes !== this.classes) {
      for (const [label, rows] of this.rowsByLabel()) this.earlier.set(label, rows);
      this.classes = classes;
      this.rowsOf = new Float64Array(classes.length);
    }
    return this.rowsOf;
  }

  /** Rows by the label of the class that won. */
  rowsByLabel(): Map<string, number> {
    const rows = new Map(this.earlier);
    this.classes.forEach(({ label }, index) => {
      const shown = index < CLASSES ? label : OTHER;
      rows.set(shown, (rows.get(shown) ?? 0) + this.rowsOf[index]!);
    });
    return rows;
  }

  /** Adds what must add up for ever. How long things took is left behind: such series may begin anew. */
  add(other: VersionCounts): void {
    other.outcomes.forEach((count, outcome) => {
      this.outcomes[outcome]! += count;
    });
    this.rows += other.rows;
    for (const [label, rows] of other.rowsByLabel()) this.earlier.set(label, (this.earlier.get(label) ?? 0) + rows);
  }
}
