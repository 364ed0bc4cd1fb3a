/** One recipe that was tried, and how it did on rows that it had not seen. */
export interface Trial {
  readonly layers: readonly number[];
  readonly learningRate: number;
  /** After which the validation loss was smallest. */
  readonly epochs: number;
  readonly logLoss: number;
  /** Standard error of the log-loss, over the rows. */
  readonly error: number;
  readonly accuracy: number;
  /** That makes its confidence right on those rows, where one helps. */
  readonly temperature: number;
  /** At that temperature, and on the same rows; 0.5 where none helps. Absent where none was to be chosen. */
  readonly threshold?: number | undefined;
}
