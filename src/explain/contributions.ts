import type { ExplainMethod, Explanation } from '../core/explanation.js';
import type { Row } from '../core/signature.js';
import { exactCost, exactShapley, pairCost, type Point, sampledShapley, type ShapleyValues } from './shapley.js';
import type { Subject } from './subject.js';

/** Most pairs of orders: beyond, errors shrink too slowly to be worth the time. */
const MOST_PAIRS = 2_000;

/**
 * Contributions of the features of `row` to the probability of a class.
 * @param budget most rows of the model that it may take
 */
export async function contributionsOf(
  subject: Subject,
  row: Row,
  chosen: { readonly classIndex: number; readonly probability: number; readonly method: ExplainMethod },
  budget: number,
): Promise<Explanation> {
  const { features, classes } = subject.signature;
  const { rows: background, weights } = subject.background;
  const { classIndex, method } = chosen;
  const compose = ({ coalition, background: index }: Point): Row => {
    const other = background[index]!;
    return Object.fromEntries(
      features.map(({ name }, feature) => [name, (coalition[feature] === true ? row : other)[name]]),
    );
  };
  const ask = async (points: readonly Point[]) => {
    const probabilities = await subject.probabilities(points.map(compose));
    return Float64Array.from(points, (_, index) => probabilities[index * classes.length + classIndex]!);
  };
  const values =
    method === 'exact'
      ? await exactShapley(features.length, weights, ask)
      : await sampledShapley(features.length, weights, pairsWithin(budget, features.length), ask);
  return {
    label: classes[classIndex]!.label,
    probability: chosen.probability,
    baseValue: values.base,
    method,
    contributions: features.map(({ name }, index) => toContribution(name, row[name], values, index)),
  };
}

/** Exact where the budget allows it. */
export function methodWithin(budget: number, { signature, background }: Subject): ExplainMethod {
  return exactCost(signature.features.length, background.rows.length) <= budget ? 'exact' : 'sampled';
}

/** The rows of the model that one explanation takes at the least. */
export function leastCost(method: ExplainMethod, { signature, background }: Subject): number {
  const features = signature.features.length;
  return method === 'exact' ? exactCost(features, background.rows.length) : pairCost(features);
}

function pairsWithin(budget: number, features: number): number {
  return Math.max(1, Math.min(MOST_PAIRS, Math.floor(budget / pairCost(features))));
}

function toContribution(feature: string, value: unknown, { contributions, standardErrors }: ShapleyValues, at: number) {
  const standardError = standardErrors?.[at];
  return {
    feature,
    value: value ?? null,
    contribution: contributions[at]!,
    ...(standardError === undefined ? {} : { standardError }),
  };
}
