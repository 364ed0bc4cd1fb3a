import { type Decide, winnersOf } from '../core/winners.js';
import type { Evaluation } from '../model/package/manifest.js';

/** Keeps the logarithm finite where the model gave the true class no chance at all. */
const LEAST_PROBABILITY = 1e-15;

/**
 * How well `probabilities` tell the classes. A ratio whose denominator is zero (the precision of a class that was never
 * predicted, the recall of one that never occurs) counts as 0; macro-F1 is the plain mean over every class.
 *
 * @param labels true class index of each row.
 * @param probabilities shape [rows, classes], row-major.
 * @param classes class labels, in the order of the columns.
 * @param decide which class is answered.
 */
export function evaluate(
  labels: readonly number[],
  probabilities: Float32Array,
  classes: readonly string[],
  decide: Decide = winnersOf,
): Evaluation {
  const confusionMatrix = classes.map(() => classes.map(() => 0));
  const winners = decide(probabilities, labels.length);
  let loss = 0;
  labels.forEach((label, row) => {
    const answers = probabilities.subarray(row * classes.length, (row + 1) * classes.length);
    const counts = confusionMatrix[label];
    const winner = winners[row] ?? 0;
    if (counts?.[winner] === undefined) throw new Error(`Row ${row} has a class that does not exist. This is a bug.`);
    counts[winner] += 1;
    loss -= Math.log(Math.max(answers[label] ?? 0, LEAST_PROBABILITY));
  });
  const perClass = classes.map((label, index) => ({ label, ...classMetrics(confusionMatrix, index) }));
  return {
    rows: labels.length,
    accuracy: ratio(sum(confusionMatrix.map((counts, index) => counts[index] ?? 0)), labels.length),
    macroF1: ratio(sum(perClass.map(({ f1 }) => f1)), classes.length),
    logLoss: ratio(loss, labels.length),
    perClass,
    confusionMatrix,
  };
}

/** Mean recall of the classes that occur. */
export function balancedAccuracyIn({ perClass }: Pick<Evaluation, 'perClass'>): number {
  return mean(perClass.filter(({ support }) => support > 0).map(({ recall }) => recall));
}

/** The mean of `values`. */
export function mean(values: readonly number[]): number {
  return ratio(sum(values), values.length);
}

/** The sample standard deviation of `values`; 0 for fewer than two. */
export function sampleDeviation(values: readonly number[]): number {
  const centre = mean(values);
  return Math.sqrt(ratio(sum(values.map((value) => (value - centre) ** 2)), values.length - 1));
}

/** The first of the largest. */
function classMetrics(confusionMatrix: readonly (readonly number[])[], index: number) {
  const hits = confusionMatrix[index]?.[index] ?? 0;
  const support = sum(confusionMatrix[index] ?? []);
  const predicted = sum(confusionMatrix.map((counts) => counts[index] ?? 0));
  return {
    precision: ratio(hits, predicted),
    recall: ratio(hits, support),
    f1: ratio(2 * hits, predicted + support),
    support,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function ratio(part: number, whole: number): number {
  return whole <= 0 ? 0 : part / whole;
}
