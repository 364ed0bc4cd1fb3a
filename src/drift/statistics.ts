import { chiSquareTail, kolmogorovTail } from './tails.js';

/** What a test found. Without anything to compare, statistic 0 and p-value 1. */
export interface TestResult {
  readonly statistic: number;
  readonly p: number;
}

export interface ChiSquareResult extends TestResult {
  /** Degrees of freedom; 0 where there was nothing to compare. */
  readonly degrees: number;
}

const NOTHING = { statistic: 0, p: 1, degrees: 0 } as const;

/** A share that stands in for an empty bin, whose logarithm would be infinite. */
const LEAST_SHARE = 1e-4;

/** Expected counts below it make the chi-square approximation poor (Cochran, 1954): such cells are tested together. */
const LEAST_EXPECTED = 5;

/**
 * Population stability index: the sum of (q - p) ln(q / p) over the shares p and q of two samples, which is Kullback and Leibler's
 * divergence in both directions. Convention calls less than 0.1 stable and more than 0.25 a shift; that is no test.
 */
export function populationStability(reference: readonly number[], window: readonly number[]): number {
  const [all, seen] = [total(reference), total(window)];
  if (all === 0 || seen === 0) return 0;
  return reference.reduce((sum, count, bin) => {
    const p = Math.max(count / all, LEAST_SHARE);
    const q = Math.max((window[bin] ?? 0) / seen, LEAST_SHARE);
    return sum + (q - p) * Math.log(q / p);
  }, 0);
}

/**
 * Pearson's chi-square test that two samples of counts come from one distribution (homogeneity), without a continuity correction.
 * The reference is a sample too, so its own error counts. Cells that both lack are left out.
 */
export function chiSquare(reference: readonly number[], window: readonly number[]): ChiSquareResult {
  const [all, seen] = [total(reference), total(window)];
  if (all === 0 || seen === 0) return NOTHING;
  let statistic = 0;
  let cells = 0;
  reference.forEach((count, cell) => {
    const other = window[cell] ?? 0;
    const both = count + other;
    if (both === 0) return;
    cells += 1;
    const share = both / (all + seen);
    statistic += (count - share * all) ** 2 / (share * all) + (other - share * seen) ** 2 / (share * seen);
  });
  if (cells < 2) return NOTHING;
  return { statistic, p: chiSquareTail(statistic, cells - 1), degrees: cells - 1 };
}

/** The two samples with their rarest cells put together, until each is expected to hold at least 5 in the smaller sample. */
export function poolRare(reference: readonly number[], window: readonly number[]): [number[], number[]] {
  const smaller = Math.min(total(reference), total(window)) / (total(reference) + total(window));
  const cells = reference
    .map((count, cell): [number, number] => [count, window[cell] ?? 0])
    .filter(([one, other]) => one + other > 0)
    .sort(([a, b], [c, d]) => a + b - c - d);
  while (cells.length > 1 && (cells[0]![0] + cells[0]![1]) * smaller < LEAST_EXPECTED) {
    const [first, second] = cells.splice(0, 2) as [[number, number], [number, number]];
    const pooled: [number, number] = [first[0] + second[0], first[1] + second[1]];
    const place = cells.findIndex(([one, other]) => one + other >= pooled[0] + pooled[1]);
    cells.splice(place === -1 ? cells.length : place, 0, pooled);
  }
  return [cells.map(([count]) => count), cells.map(([, count]) => count)];
}

/** What is known of a sample at some values, ascending: how many of it lie below each, at most, and up to it, at least. */
export interface Cumulative {
  readonly total: number;
  readonly below: readonly number[];
  readonly upTo: readonly number[];
}

/**
 * The two-sample Kolmogorov-Smirnov statistic as far as it shows at fixed values, with the p-value of Kolmogorov's limiting
 * distribution. It is never more than the statistic of the samples themselves, so the test errs towards no alarm.
 */
export function kolmogorovSmirnov(reference: Cumulative, window: Cumulative): TestResult {
  const [all, seen] = [reference.total, window.total];
  if (all === 0 || seen === 0) return NOTHING;
  let statistic = 0;
  reference.below.forEach((below, edge) => {
    const under = window.below[edge]! / seen - below / all;
    const over = reference.upTo[edge]! / all - window.upTo[edge]! / seen;
    statistic = Math.max(statistic, under, over);
  });
  return { statistic, p: kolmogorovTail(statistic * Math.sqrt((all * seen) / (all + seen))) };
}

/** The same where both samples are counted in the same bins. */
export function kolmogorovSmirnovOfBins(reference: readonly number[], window: readonly number[]): TestResult {
  const [one, other] = [runningTotals(reference), runningTotals(window)];
  return kolmogorovSmirnov(
    { total: one.at(-1) ?? 0, below: one, upTo: one },
    { total: other.at(-1) ?? 0, below: other, upTo: other },
  );
}

/**
 * p-values adjusted for being several, in their order: those at most `alpha` are found with a chance of at most `alpha` of any false
 * one, whatever the tests have to do with one another. Holm's rule (1979) with weights that do not depend on what is tested: a
 * test that weighs twice as much is taken for two, and gets two shares of `alpha`. Benjamini and Hochberg's p-values are as strict
 * when nothing has drifted, but only for tests that do not contradict each other, and let false ones in beside true ones.
 *
 * @param weights above 0; all the same where they are left out.
 */
export function holm(values: readonly number[], weights: readonly number[] = values.map(() => 1)): number[] {
  const byWeight = values.map((value, index) => value / weights[index]!);
  const order = values.map((_, index) => index).sort((a, b) => byWeight[a]! - byWeight[b]!);
  const adjusted = new Array<number>(values.length).fill(1);
  let left = total(weights);
  let most = 0;
  for (const index of order) {
    most = Math.max(most, Math.min(1, left * byWeight[index]!));
    adjusted[index] = most;
    left -= weights[index]!;
  }
  return adjusted;
}

export function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

export function runningTotals(counts: readonly number[]): number[] {
  let sum = 0;
  return counts.map((count) => (sum += count));
}
