/** Points from left to right, both coordinates from 0 to 1. */
export type Curve = readonly (readonly [x: number, y: number])[];

/** Points that a plotted curve has at most. */
const MAX_POINTS = 200;

interface Threshold {
  /** Rows above the threshold that are of the class, and that are not. */
  readonly hits: number;
  readonly misses: number;
}

/** The probability that a row of the class has the higher score than one that is not; a tie counts half. */
export function rocArea(scores: readonly number[], truths: readonly boolean[]): number {
  const points = thresholds(scores, truths);
  const { hits, misses } = points.at(-1)!;
  let area = 0;
  for (let at = 1; at < points.length; at += 1) {
    const [before, after] = [points[at - 1]!, points[at]!];
    area += ((after.misses - before.misses) * (after.hits + before.hits)) / 2;
  }
  return area / (hits * misses);
}

/** Precision, weighted by the recall that each threshold adds; nothing is interpolated. */
export function averagePrecision(scores: readonly number[], truths: readonly boolean[]): number {
  const points = thresholds(scores, truths);
  const all = points.at(-1)!.hits;
  let sum = 0;
  for (let at = 1; at < points.length; at += 1) {
    const { hits, misses } = points[at]!;
    sum += ((hits - points[at - 1]!.hits) / all) * (hits / (hits + misses));
  }
  return sum;
}

/** False positive rate across, true positive rate up. */
export function rocCurve(scores: readonly number[], truths: readonly boolean[]): Curve {
  const points = thresholds(scores, truths);
  const last = points.at(-1)!;
  return thinned(points).map(({ hits, misses }) => [misses / last.misses, hits / last.hits] as const);
}

/** Recall across, precision up. */
export function precisionRecall(scores: readonly number[], truths: readonly boolean[]): Curve {
  const points = thresholds(scores, truths);
  const all = points.at(-1)!.hits;
  return thinned(points.slice(1)).map(({ hits, misses }) => [hits / all, hits / (hits + misses)] as const);
}

/** From above every score to below all of them; rows with the same score come in together. */
function thresholds(scores: readonly number[], truths: readonly boolean[]): Threshold[] {
  const order = [...scores.keys()].sort((a, b) => scores[b]! - scores[a]!);
  const points: Threshold[] = [{ hits: 0, misses: 0 }];
  let [hits, misses] = [0, 0];
  order.forEach((row, place) => {
    if (truths[row]) hits += 1;
    else misses += 1;
    if (scores[order[place + 1] ?? -1] !== scores[row]) points.push({ hits, misses });
  });
  return points;
}

function thinned<T>(points: readonly T[]): T[] {
  const step = Math.max(1, Math.floor(points.length / MAX_POINTS));
  return points.filter((_, place) => place % step === 0 || place === points.length - 1);
}
