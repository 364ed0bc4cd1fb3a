/** What training has to say after one epoch. */
export interface EpochReport {
  /** From 1 on. */
  readonly epoch: number;
  /** Mean over the training rows, as each was when it was trained on. */
  readonly loss: number;
  /** Part of the training rows that were answered correctly, as each was when it was trained on. */
  readonly accuracy: number;
}

/** One stretch of work under way. */
export interface Phase {
  /** One step done. `note` says where the work stands, such as `epoch 3/60`. */
  step(note: string, report: EpochReport): void;
  /** Within a step: `part` of it is done, from 0 to 1. Called a few times a second at most. */
  part(note: string, part: number, figures: Omit<EpochReport, 'epoch'>): void;
  /** So many steps are not needed any more. */
  skip(steps: number): void;
  end(): void;
}

/** Who watches training: a terminal, a log, nobody. */
export interface Progress {
  /** @param steps how often `step` will be called. */
  start(title: string, steps: number): Phase;
}
