import type { Dataset } from './datasets/dataset.js';
import type { Examples } from './examples.js';
import { foldsOf, splitOf } from './partition.js';
import { seededRandom } from './random.js';

/** Part of the training rows that is looked at and not learnt from. */
const VALIDATION = 0.25;

/** Row indices of a part of the training rows to learn from, and of the rest, which is only looked at. */
export interface Validation {
  readonly learnt: readonly number[];
  readonly validation: readonly number[];
}

type Grouped = Pick<Dataset, 'groups'>;
type Labelled = Pick<Examples, 'labels'>;

/** A quarter of `train` to look at, by whole groups where the data set has some. */
export function validationSplit(
  dataset: Grouped,
  examples: Labelled,
  train: readonly number[],
  seed: number,
): Validation {
  const { parted, labels } = among(dataset, examples, train);
  const { train: learnt, heldOut } = splitOf(parted, labels, VALIDATION, seededRandom(seed + 1));
  return { learnt: learnt.map((place) => train[place]!), validation: heldOut.map((place) => train[place]!) };
}

/** Each of `folds` parts of `train` to look at in turn; fewer where there are fewer groups. */
export function validationFolds(
  dataset: Grouped,
  examples: Labelled,
  train: readonly number[],
  folds: number,
  seed: number,
): Validation[] {
  const { parted, labels } = among(dataset, examples, train);
  return foldsOf(parted, labels, folds, seededRandom(seed + 1)).map((part) => {
    const held = new Set(part);
    return {
      learnt: train.filter((_, place) => !held.has(place)),
      validation: part.map((place) => train[place]!),
    };
  });
}

/** The training rows, as if there were no others. */
function among({ groups }: Grouped, { labels }: Labelled, train: readonly number[]) {
  return {
    parted: groups === undefined ? {} : { groups: train.map((row) => groups[row]!) },
    labels: train.map((row) => labels[row]!),
  };
}
