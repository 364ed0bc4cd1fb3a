import type { Row } from '../core/signature.js';
import { decideBy } from '../core/winners.js';
import type { GoldenRecords, Manifest } from '../model/package/manifest.js';

/** Rows that stand for the training data, and how much each of them counts. */
export interface Background {
  readonly rows: readonly Row[];
  /** They sum to 1. */
  readonly weights: readonly number[];
}

/** With fewer rows than this, what is outside of training is better than nothing. */
const FEWEST = 8;

/**
 * The background of a package: its golden records without the edge cases among them (gaps, and numbers beyond what training
 * saw), weighted so that the classes come as often as in the training data.
 */
export function backgroundOf({ distributions, signature, decision }: Manifest, golden: GoldenRecords): Background {
  const within = golden.records.filter(({ input }) => isWithin(input, distributions.features));
  const records = within.length >= FEWEST ? within : golden.records;
  const table = Float32Array.from(records.flatMap(({ probabilities }) => probabilities));
  const winners = Array.from(decideBy(signature.classes, decision)(table, records.length));
  const shares = Object.values(distributions.classes);
  const weights = winners.map((winner) => {
    const alike = winners.filter((other) => other === winner).length;
    return (shares[winner] ?? 0) / alike;
  });
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  // A class that training never saw has no share, and a model of such classes only has no weights.
  const even = records.map(() => 1 / records.length);
  return { rows: records.map(({ input }) => input), weights: total > 0 ? weights.map((w) => w / total) : even };
}

function isWithin(input: Row, features: Manifest['distributions']['features']): boolean {
  return Object.entries(features).every(([name, distribution]) => {
    const value = input[name];
    if (value === null || value === undefined) return false;
    if (distribution.kind === 'categorical') return true;
    return Number(value) >= distribution.deciles[0]! && Number(value) <= distribution.deciles.at(-1)!;
  });
}
