import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { decideBy, winnersOf } from '../core/winners.js';
import type { ClassLabel, Signature } from '../core/signature.js';
import type { ManifestDecision, ThresholdCriterion, TradeOff } from '../model/package/manifest.js';
import { halvesOf, type Part, partOf } from './halves.js';
import type { Random } from './random.js';

/** Where the likeliest of two classes changes. */
export const EVEN = 0.5;

/** Resamples of the rows in which a threshold has to be the better one, and so many of them. */
const [RESAMPLES, NEEDED] = [200, 190];
/** A threshold is written with as few decimals as keep it between the same two scores. */
const DECIMALS = [2, 3, 4, 6, 8];

/** How a class of interest is to be decided. */
export interface ThresholdWish {
  /** Index of the class of interest; there are two. */
  readonly positive: number;
  /** What the threshold is to make largest. */
  readonly criterion: ThresholdCriterion;
}

/** Rows by truth and decision. */
interface Counts {
  readonly positives: number;
  readonly negatives: number;
  readonly hits: number;
  readonly falseAlarms: number;
}

const CRITERIA: Readonly<Record<ThresholdCriterion, (counts: Counts) => number>> = {
  /** Mean of sensitivity and specificity: largest where Youden's J is, which is twice that less 1. */
  'balanced-accuracy': ({ positives, negatives, hits, falseAlarms }) =>
    (hits / positives + (negatives - falseAlarms) / negatives) / 2,
  /** Of the class of interest. */
  f1: ({ positives, hits, falseAlarms }) => (2 * hits) / (positives + hits + falseAlarms),
};

/**
 * The threshold by `bestThreshold`, or 0.5 where it does not help: each half of the rows is decided by the threshold of the
 * other half, and that has to be better than the likeliest class in 95 % of the resamples (a paired bootstrap over the
 * rows). So no threshold is judged on rows that it was chosen on, and few are taken by chance.
 *
 * @param labels true class index of each row; none of them was trained on.
 * @param probabilities shape [rows, 2], row-major, as the packaged model would give them: at its temperature.
 */
export function helpfulThreshold(
  labels: readonly number[],
  probabilities: Float32Array,
  wish: ThresholdWish,
  random: Random,
): number {
  const [left, right] = halvesOf(labels);
  const plain = winnersOf(probabilities, labels.length);
  const tried = new Int32Array(labels.length);
  for (const [own, other] of [[left, right] as const, [right, left] as const]) {
    if (own.length === 0) continue;
    const decide = decideAt(bestThreshold(partOf(other, labels, probabilities), wish), wish.positive);
    decide(partOf(own, labels, probabilities).probabilities, own.length).forEach((winner, at) => {
      tried[own[at]!] = winner;
    });
  }
  if (plain.every((winner, row) => winner === tried[row])) return EVEN;
  let better = 0;
  for (let sample = 0; sample < RESAMPLES; sample += 1) {
    const rows = Array.from(labels, () => uniformInt(random, 0, labels.length - 1));
    const valueOf = (winners: Int32Array) => CRITERIA[wish.criterion](countsOf(rows, labels, winners, wish.positive));
    if (valueOf(tried) > valueOf(plain)) better += 1;
  }
  return better >= NEEDED ? bestThreshold({ labels, probabilities }, wish) : EVEN;
}

/**
 * The threshold that makes the criterion largest on these rows, halfway between two of their scores; of several the one that
 * is nearest to 0.5. It is 0.5 where one of the classes does not occur.
 */
export function bestThreshold({ labels, probabilities }: Part, { positive, criterion }: ThresholdWish): number {
  const positives = labels.filter((label) => label === positive).length;
  const negatives = labels.length - positives;
  if (positives === 0 || negatives === 0) return EVEN;
  const scores = labels.map((_, row) => probabilities[2 * row + positive]!);
  const order = [...labels.keys()].sort((a, b) => scores[b]! - scores[a]!);
  let best = { value: -Infinity, threshold: EVEN };
  let [hits, falseAlarms] = [0, 0];
  order.forEach((row, place) => {
    if (labels[row] === positive) hits += 1;
    else falseAlarms += 1;
    const next = scores[order[place + 1] ?? -1];
    if (next === undefined || next === scores[row]) return;
    const threshold = between(next, scores[row]!);
    if (threshold === undefined) return;
    const value = CRITERIA[criterion]({ positives, negatives, hits, falseAlarms });
    const nearer = Math.abs(threshold - EVEN) < Math.abs(best.threshold - EVEN);
    if (value > best.value || (value === best.value && nearer)) best = { value, threshold };
  });
  return best.threshold;
}

/** A short number that `low` does not reach and `high` does, in single precision as the scores are. */
function between(low: number, high: number): number | undefined {
  const middle = (low + high) / 2;
  return DECIMALS.map((decimals) => Number(middle.toFixed(decimals))).find(
    (short) => short > 0 && short < 1 && low < Math.fround(short) && high >= Math.fround(short),
  );
}

const TWO: readonly ClassLabel[] = ['0', '1'].map((label) => ({ label, title: label }));

function decideAt(threshold: number, positive: number) {
  return decideBy(TWO, { positive: String(positive), threshold });
}

function countsOf(rows: Iterable<number>, labels: readonly number[], winners: Int32Array, positive: number): Counts {
  let [positives, negatives, hits, falseAlarms] = [0, 0, 0, 0];
  for (const row of rows) {
    const answered = winners[row] === positive;
    if (labels[row] === positive) {
      positives += 1;
      if (answered) hits += 1;
    } else {
      negatives += 1;
      if (answered) falseAlarms += 1;
    }
  }
  return { positives, negatives, hits, falseAlarms };
}

/** What each of `thresholds` comes to on these rows. A share of no rows is 0. */
export function tradeOffOf({ labels, probabilities }: Part, positive: number, thresholds: readonly number[]): TradeOff {
  return thresholds.map((threshold) => {
    const winners = decideAt(threshold, positive)(probabilities, labels.length);
    const counts = countsOf(labels.keys(), labels, winners, positive);
    const { positives, negatives, hits, falseAlarms } = counts;
    const share = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);
    return {
      threshold,
      sensitivity: share(hits, positives),
      specificity: share(negatives - falseAlarms, negatives),
      precision: share(hits, hits + falseAlarms),
    };
  });
}

/** A threshold that stands, or that is still to be chosen. */
interface DecisionPlan {
  readonly positive: string;
  readonly threshold: number | 'learn';
  readonly criterion?: ThresholdCriterion | undefined;
}

/** What has to be chosen, where something has. */
export function wishOf(
  plan: DecisionPlan | undefined,
  { classes }: Pick<Signature, 'classes'>,
): ThresholdWish | undefined {
  if (plan?.threshold !== 'learn' || plan.criterion === undefined) return undefined;
  return { positive: classes.findIndex(({ label }) => label === plan.positive), criterion: plan.criterion };
}

/** What the package says of a threshold that stands: nothing of 0.5, for the likeliest class is answered anyway. */
export function decisionOf(
  plan: (DecisionPlan & { readonly threshold: number }) | undefined,
): ManifestDecision | undefined {
  if (plan === undefined || plan.threshold === EVEN) return undefined;
  const { positive, threshold, criterion = 'given' } = plan;
  return { positive, threshold, criterion };
}
