import type { RowBatch } from '../core/row-batch.js';
import type { Hyperparameters } from './trainer.js';

interface Candidate {
  readonly layers: readonly number[];
  readonly dropout?: number;
  readonly inputDropout?: number;
  readonly batchSize?: number;
  readonly learningRates: readonly number[];
}

/**
 * From the simplest on: of equals, the simpler one is taken. Without hidden layers the loss is convex, and larger steps come
 * sooner to the same place.
 */
const CANDIDATES: readonly Candidate[] = [
  { layers: [], learningRates: [0.01, 0.05] },
  { layers: [16], learningRates: [0.003, 0.02] },
  { layers: [64, 32], learningRates: [0.003, 0.02] },
  { layers: [128, 64], learningRates: [0.003, 0.02] },
];

/**
 * For rows of so many columns that each step is dear and that there is enough to learn by heart: fewer of them, smaller
 * steps and batches, and dropout, of columns too. 8,000 digits of MNIST teach the last one to be right in 96.1 % of 2,000
 * others; it was 94.6 % with a scale for each column, in batches of 256, without dropout of columns.
 */
const WIDE_CANDIDATES: readonly Candidate[] = [
  { layers: [], learningRates: [0.003] },
  { layers: [128], dropout: 0.2, learningRates: [0.002] },
  { layers: [512, 256], dropout: 0.5, inputDropout: 0.2, batchSize: 64, learningRates: [0.001] },
];

/** Columns of an encoded row from which on it is wide. */
export const WIDE = 200;
const MOST_EPOCHS = 100;
const LEAST_EPOCHS = 5;
/** Rows that all epochs of one trial may see: a search is to take minutes, not hours. */
const ROWS_PER_TRIAL = 1_500_000;
/** Rows times weights of one trial; the embedded backend does about a thousand million of them a second. */
const WORK_PER_TRIAL = 9e10;

/**
 * The recipes that a search tries on `inputs`, from the simplest on. What one costs grows with the rows and with the
 * weights; the epochs of each are what both budgets allow.
 */
export function recipesFor(
  { rows, width }: Pick<RowBatch, 'rows' | 'width'>,
  classes: number,
  classWeights: Hyperparameters['classWeights'],
): Hyperparameters[] {
  const batchSize = Math.min(256, Math.max(16, 2 ** Math.floor(Math.log2(rows / 16))));
  return (width < WIDE ? CANDIDATES : WIDE_CANDIDATES).flatMap((candidate) => {
    const { layers, dropout, inputDropout, learningRates } = candidate;
    const allowed = Math.min(ROWS_PER_TRIAL / rows, WORK_PER_TRIAL / rows / weightsOf([width, ...layers, classes]));
    return learningRates.map((learningRate) => ({
      layers,
      ...(layers.length > 0 ? { activation: 'relu' as const } : {}),
      ...(dropout === undefined ? {} : { dropout }),
      ...(inputDropout === undefined ? {} : { inputDropout }),
      epochs: Math.max(LEAST_EPOCHS, Math.min(MOST_EPOCHS, Math.floor(allowed))),
      batchSize: Math.min(batchSize, candidate.batchSize ?? batchSize),
      learningRate,
      ...(classWeights === undefined ? {} : { classWeights }),
    }));
  });
}

/**
 * Epochs for all training rows, where `found` were best on a part of them. An epoch of more rows has more steps, so fewer
 * come to the same: at least half of the steps per row are kept.
 */
export function epochsOn(rows: number, searched: number, found: number): number {
  return Math.max(Math.min(LEAST_EPOCHS, found), Math.ceil(found * Math.min(1, (2 * searched) / rows)));
}

function weightsOf(sizes: readonly number[]): number {
  return sizes.slice(1).reduce((sum, size, at) => sum + size * sizes[at]!, 0);
}
