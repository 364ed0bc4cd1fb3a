import type { ClassLabel } from './signature.js';

/** Decides every row of a [rows, classes] table of probabilities: the index of its class, shape [rows]. */
export type Decide = (table: Float32Array, rows: number) => Int32Array;

/** When the class of interest of two is answered. */
export interface Decision {
  /** Its label. */
  readonly positive: string;
  /** Between 0 and 1: a row whose probability of that class reaches it is of that class, any other is of the other one. */
  readonly threshold: number;
}

/** The index of the largest number in each row of a [rows, classes] table; the first one on a tie. */
export function winnersOf(table: Float32Array, rows: number): Int32Array {
  const width = table.length / rows;
  const winners = new Int32Array(rows);
  for (let row = 0; row < rows; row += 1) {
    const start = row * width;
    let best = 0;
    for (let column = 1; column < width; column += 1) {
      if (table[start + column]! > table[start + best]!) best = column;
    }
    winners[row] = best;
  }
  return winners;
}

/**
 * The one rule by which a model's probabilities become classes, for whoever serves, explains, compares or measures it:
 * by a decision where there is one, else the likeliest class. Chosen once a model, so that no row pays for the choice.
 */
export function decideBy(classes: readonly ClassLabel[], decision: Decision | undefined): Decide {
  if (decision === undefined) return winnersOf;
  const positive = classes.findIndex(({ label }) => label === decision.positive);
  if (classes.length !== 2 || positive === -1) {
    throw new Error(`No two classes of which one is "${decision.positive}". This is a bug.`);
  }
  return thresholdRule(positive, decision.threshold);
}

/** Probabilities are of single precision, so a threshold such as 0.7 is too: what is shown as 0.7 has reached it. */
function thresholdRule(positive: number, threshold: number): Decide {
  const least = Math.fround(threshold);
  const negative = 1 - positive;
  return (table, rows) => {
    const winners = new Int32Array(rows);
    for (let row = 0; row < rows; row += 1) winners[row] = table[2 * row + positive]! >= least ? positive : negative;
    return winners;
  };
}
