/** Labelled rows of one version, and how many of them it had put into the right class. */
export interface LabelledRows {
  readonly rows: number;
  readonly correct: number;
}

/** What became of predictions, as clients told it afterwards. */
export interface Outcomes {
  /** Why predictions cannot be kept for feedback at this moment; undefined where they can, and where nobody asked for it. */
  readonly fault: string | undefined;
  /** Whether labels are taken. */
  readonly isOn: boolean;
  /**
   * The labelled rows of the versions among the predictions that were made since, in all processes together and in the order of
   * `versions`; null where feedback is off or cannot be read.
   */
  labelledSince(model: string, versions: readonly string[], since: Date): Promise<readonly LabelledRows[] | null>;
}

export const OUTCOMES = Symbol('OUTCOMES');
