import type { Dataset } from './datasets/dataset.js';
import { type Random, shuffle } from './random.js';
import { type Split, stratifiedFolds, stratifiedSplit } from './stratify.js';
import { TrainingError } from './training-error.js';

type Parted = Pick<Dataset, 'heldOut' | 'groups'>;

/** What is trained on and what is held out: as the data set says, by whole groups where it has some, else by class. */
export function splitOf(dataset: Parted, labels: readonly number[], fraction: number, random: Random): Split {
  const { heldOut, groups } = dataset;
  if (heldOut !== undefined) return without(labels, heldOut);
  if (groups === undefined) return stratifiedSplit(labels, fraction, random);
  const held: number[] = [];
  // The last group has to be learnt from, however large it is.
  for (const rows of shuffledGroups(groups, random).slice(1)) {
    if (held.length >= fraction * labels.length) break;
    held.push(...rows);
  }
  if (held.length > 0) return without(labels, held);
  throw new TrainingError('All rows are of one group, so that no group can be held out.');
}

/** The parts of a cross-validation, by whole groups where the data set has some. */
export function foldsOf({ groups }: Parted, labels: readonly number[], folds: number, random: Random): number[][] {
  if (groups === undefined) return stratifiedFolds(labels, folds, random);
  const parts = Array.from({ length: folds }, (): number[] => []);
  for (const rows of shuffledGroups(groups, random)) {
    const smallest = parts.reduce((least, part) => (part.length < least.length ? part : least));
    smallest.push(...rows);
  }
  return parts.filter((part) => part.length > 0).map((part) => part.sort((a, b) => a - b));
}

function without(labels: readonly number[], heldOut: readonly number[]): Split {
  const held = new Set(heldOut);
  return {
    train: [...labels.keys()].filter((row) => !held.has(row)),
    heldOut: [...held].sort((a, b) => a - b),
  };
}

function shuffledGroups(groups: readonly string[], random: Random): number[][] {
  const byName = new Map<string, number[]>();
  groups.forEach((name, row) => {
    const rows = byName.get(name);
    if (rows === undefined) byName.set(name, [row]);
    else rows.push(row);
  });
  const all = [...byName.values()];
  shuffle(all, random);
  return all;
}
