/** A row that was refused in a partial request has this class. */
const NO_CLASS = 0xffff;
const STEPS = 0xffff;

/** Stands in the place of a row that has no prediction. */
export const NO_ANSWER = NO_CLASS;

/** The winning class and its probability in 32 bits; the probability in steps of 1/65,535. */
export function packAnswer(winner: number, confidence: number): number {
  return ((Math.round(Math.min(1, confidence) * STEPS) << 16) | winner) >>> 0;
}

export interface UnpackedAnswer {
  /** Index of the class that won. */
  readonly winner: number;
  /** 0 to 1. */
  readonly confidence: number;
}

/** Undefined for a row that has no prediction. */
export function unpackAnswer(packed: number): UnpackedAnswer | undefined {
  const winner = packed & NO_CLASS;
  return winner === NO_CLASS ? undefined : { winner, confidence: (packed >>> 16) / STEPS };
}
