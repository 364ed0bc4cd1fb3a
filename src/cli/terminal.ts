import type { Progress } from '../training/progress.js';

/** Where a command writes: results to standard output, everything else to standard error. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  readonly progress: Progress;
}
