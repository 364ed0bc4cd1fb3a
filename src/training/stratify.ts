import { type Random, shuffle } from './random.js';

/** Row indices, ascending. */
export interface Split {
  readonly train: readonly number[];
  readonly heldOut: readonly number[];
}

/**
 * Parts the rows so that each class keeps its share on both sides. A class with two rows or more is on both sides; a
 * single row is trained on.
 *
 * @param labels class index of each row.
 * @param heldOutFraction part of each class that is held out, between 0 and 1.
 */
export function stratifiedSplit(labels: readonly number[], heldOutFraction: number, random: Random): Split {
  const train: number[] = [];
  const heldOut: number[] = [];
  for (const rows of shuffledByClass(labels, random)) {
    const share = Math.round(rows.length * heldOutFraction);
    const held = rows.length < 2 ? 0 : Math.min(Math.max(share, 1), rows.length - 1);
    rows.forEach((row, index) => (index < held ? heldOut : train).push(row));
  }
  return { train: train.sort(ascending), heldOut: heldOut.sort(ascending) };
}

/**
 * Deals the rows into `folds` parts whose sizes, and whose shares of each class, differ by one row at most.
 *
 * @param labels class index of each row.
 */
export function stratifiedFolds(labels: readonly number[], folds: number, random: Random): number[][] {
  const dealt = Array.from({ length: folds }, (): number[] => []);
  // Dealing goes on where the class before stopped: starting anew would give the first folds every remainder.
  const order = shuffledByClass(labels, random).flat();
  order.forEach((row, turn) => dealt[turn % folds]?.push(row));
  return dealt.map((fold) => fold.sort(ascending));
}

/**
 * Picks `count` rows (all, when there are fewer), taking one of each class in turn until the class has no more.
 *
 * @param labels class index of each row.
 */
export function balancedSample(labels: readonly number[], count: number, random: Random): number[] {
  const classes = shuffledByClass(labels, random);
  const deepest = Math.max(0, ...classes.map((rows) => rows.length));
  const turns = Array.from({ length: deepest }, (_, turn) => classes.flatMap((rows) => rows.slice(turn, turn + 1)));
  return turns.flat().slice(0, count).sort(ascending);
}

/** The rows of each class in random order, the classes by their index. */
function shuffledByClass(labels: readonly number[], random: Random): number[][] {
  const classes = new Map<number, number[]>();
  labels.forEach((label, row) => {
    const rows = classes.get(label);
    if (rows === undefined) classes.set(label, [row]);
    else rows.push(row);
  });
  return [...classes.entries()]
    .sort(([a], [b]) => ascending(a, b))
    .map(([, rows]) => {
      shuffle(rows, random);
      return rows;
    });
}

function ascending(a: number, b: number): number {
  return a - b;
}
