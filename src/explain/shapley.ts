import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Whether each feature is the explained row's own; the others are the background's. */
export type Coalition = readonly boolean[];

/** A point that the model is asked about: a coalition, and the background row that fills the rest. */
export interface Point {
  readonly coalition: Coalition;
  readonly background: number;
}

/** What the model says at each point, in order: the probability of the explained class. */
export type Ask = (points: readonly Point[]) => Promise<Float64Array>;

/** Share of each background row in the base value. They sum to 1. */
export type Weights = readonly number[];

export interface ShapleyValues {
  readonly base: number;
  readonly contributions: readonly number[];
  /** Absent where the values are exact. */
  readonly standardErrors?: readonly number[];
}

/** Points asked for at a time, so that coalitions of many features never stand in memory together. */
const ASKED_AT_ONCE = 8_192;
const SEED = 1;

/** Points that exact values need. */
export function exactCost(features: number, backgroundRows: number): number {
  return 2 ** features * backgroundRows;
}

/** Points that one order of the features and its reverse need. */
export function pairCost(features: number): number {
  return 2 * (features + 1);
}

/**
 * Interventional Shapley values: L. S. Shapley, "A Value for n-Person Games", 1953, where the worth of a coalition is the mean
 * probability over the background with the coalition's features set to those of the row (S. M. Lundberg and S.-I. Lee,
 * NeurIPS 2017, with the interventional expectation of D. Janzing et al., AISTATS 2020).
 */
export async function exactShapley(features: number, weights: Weights, ask: Ask): Promise<ShapleyValues> {
  const worth = await worthOfAll(features, weights, ask);
  const factors = factorsOf(features);
  const contributions = Array.from({ length: features }, (_, feature) => {
    const own = 1 << feature;
    let sum = 0;
    for (let mask = 0; mask < worth.length; mask += 1) {
      if ((mask & own) === 0) sum += factors[bitsOf(mask)]! * (worth[mask | own]! - worth[mask]!);
    }
    return sum;
  });
  return { base: worth[0]!, contributions };
}

/** The worth of every coalition; bit i of the index says whether feature i is in it. */
async function worthOfAll(features: number, weights: Weights, ask: Ask): Promise<Float64Array> {
  const coalitions = 2 ** features;
  const worth = new Float64Array(coalitions);
  const atOnce = Math.max(1, Math.floor(ASKED_AT_ONCE / weights.length));
  for (let from = 0; from < coalitions; from += atOnce) {
    const masks = Array.from({ length: Math.min(atOnce, coalitions - from) }, (_, index) => from + index);
    const points = masks.flatMap((mask) => {
      const coalition = Array.from({ length: features }, (_, feature) => (mask & (1 << feature)) !== 0);
      return weights.map((_, background) => ({ coalition, background }));
    });
    const values = await ask(points);
    masks.forEach((mask, index) => {
      worth[mask] = weights.reduce((sum, weight, row) => sum + weight * values[index * weights.length + row]!, 0);
    });
  }
  return worth;
}

/** |S|! (n - |S| - 1)! / n! for each size of S. */
function factorsOf(features: number): number[] {
  const factors = [1 / features];
  for (let size = 1; size < features; size += 1) factors.push((factors[size - 1]! * size) / (features - size));
  return factors;
}

function bitsOf(mask: number): number {
  let bits = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) bits += 1;
  return bits;
}

/**
 * The same values from a sample of orders in which the features take on the row's values, each order together with its
 * reverse (R. Mitchell et al., "Sampling Permutations for Shapley Value Estimation", JMLR 2022). Base value and contributions
 * sum to the prediction however few orders there are; equal calls give equal answers.
 * @param pairs orders asked for, not counting the reverses; at least 1
 */
export async function sampledShapley(
  features: number,
  weights: Weights,
  pairs: number,
  ask: Ask,
): Promise<ShapleyValues> {
  const random = xoroshiro128plus(SEED);
  const moments = Array.from({ length: features }, () => new WeightedMean());
  const base = new WeightedMean();
  const atOnce = Math.max(1, Math.floor(ASKED_AT_ONCE / pairCost(features)));
  // The heaviest come first, in case there are fewer orders than background rows.
  const rows = weights.map((_, row) => row).sort((a, b) => weights[b]! - weights[a]!);
  for (let from = 0; from < pairs; from += atOnce) {
    const walks = Array.from({ length: Math.min(atOnce, pairs - from) }, (_, index) => {
      const order = shuffled(features, random);
      return { order, background: rows[(from + index) % rows.length]! };
    });
    const values = await ask(walks.flatMap(pointsOf));
    walks.forEach(({ order, background }, index) => {
      const weight = weights[background]!;
      const start = index * pairCost(features);
      base.add(values[start]!, weight);
      const back = start + features + 1;
      order.forEach((feature, step) => {
        const there = values[start + step + 1]! - values[start + step]!;
        const mirrored = features - 1 - step;
        const reverse = values[back + mirrored + 1]! - values[back + mirrored]!;
        moments[feature]!.add((there + reverse) / 2, weight);
      });
    });
  }
  return {
    base: base.mean,
    contributions: moments.map(({ mean }) => mean),
    standardErrors: moments.map(({ standardError }) => standardError),
  };
}

/** From the background row to the explained one, feature by feature, in this order and in its reverse. */
function pointsOf({ order, background }: { order: readonly number[]; background: number }): Point[] {
  const walk = (steps: readonly number[]) => {
    const coalition = new Array<boolean>(order.length).fill(false);
    const points: Point[] = [{ coalition: [...coalition], background }];
    for (const feature of steps) {
      coalition[feature] = true;
      points.push({ coalition: [...coalition], background });
    }
    return points;
  };
  return [...walk(order), ...walk([...order].reverse())];
}

function shuffled(length: number, random: ReturnType<typeof xoroshiro128plus>): number[] {
  const order = Array.from({ length }, (_, index) => index);
  for (let last = length - 1; last > 0; last -= 1) {
    const other = uniformInt(random, 0, last);
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}

/** A running weighted mean and its standard error (D. H. D. West, CACM 22(9), 1979). */
class WeightedMean {
  mean = 0;
  private weights = 0;
  private squares = 0;
  private spread = 0;

  add(value: number, weight: number): void {
    this.weights += weight;
    this.squares += weight * weight;
    const change = value - this.mean;
    this.mean += (weight / this.weights) * change;
    this.spread += weight * change * (value - this.mean);
  }

  get standardError(): number {
    const effective = (this.weights * this.weights) / this.squares;
    return effective <= 1 ? 0 : Math.sqrt(Math.max(0, this.spread / this.weights) / (effective - 1));
  }
}
