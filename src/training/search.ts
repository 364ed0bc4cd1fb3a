import { type Examples, pick, reencode } from './examples.js';
import { learnSignature } from './learn-signature.js';
import { validationSplit } from './learn-temperature.js';
import { evaluate } from './metrics.js';
import { splitOf } from './partition.js';
import type { Progress } from './progress.js';
import { seededRandom } from './random.js';
import type { Dataset } from './datasets/dataset.js';
import { helpfulTemperature } from './temperature.js';
import { fit, type Hyperparameters } from './trainer.js';
import type { TrainingConfig } from './training-config.js';

/** One recipe that was tried, and how it did on rows that it had not seen. */
export interface Trial {
  readonly layers: readonly number[];
  readonly learningRate: number;
  /** After which the validation loss was smallest. */
  readonly epochs: number;
  readonly logLoss: number;
  /** Standard error of the log-loss, over the rows. */
  readonly error: number;
  readonly accuracy: number;
}

export interface SearchResult {
  readonly hyperparameters: TrainingConfig['hyperparameters'];
  /** The best first. */
  readonly trials: readonly Trial[];
}

/** From the simplest on: of equals, the simpler one is taken. */
const LAYERS: readonly (readonly number[])[] = [[], [16], [64, 32], [128, 64]];
const LEARNING_RATES = [0.003, 0.02];
/** Epochs without a better validation loss, after which a trial is over. */
const PATIENCE = 8;
/** Rows that all epochs of one trial may see: a search is to take minutes, not hours. */
const ROWS_PER_TRIAL = 1_500_000;
/** Rows that the search looks at; more tell the recipes apart no better. */
const MAX_ROWS = 20_000;

/**
 * Chooses layers, learning rate, epochs and temperature by the log-loss on a quarter of the training rows, which each
 * trial holds out. The held-out rows of the metrics are not looked at.
 *
 * @param stopAsked is asked after each trial; the best so far is then taken.
 */
export async function searchHyperparameters(
  config: TrainingConfig,
  dataset: Dataset,
  given: Examples,
  progress: Progress,
  stopAsked: () => boolean = () => false,
): Promise<SearchResult> {
  const { seed, signature: draft } = config;
  const outer = splitOf(dataset, given.labels, config.testFraction, seededRandom(seed));
  const rows = validationSplit(dataset, given, outer.train, seed);
  const part = (indices: readonly number[], most: number) => pick(given, thin(indices, most));
  const learnt = part(rows.learnt, MAX_ROWS);
  const signature = learnSignature(draft, learnt.rows);
  const train = reencode(learnt, signature);
  const validation = reencode(part(rows.validation, MAX_ROWS / 4), signature);
  const batchSize = Math.min(256, Math.max(16, 2 ** Math.floor(Math.log2(train.labels.length / 16))));
  const epochs = Math.max(5, Math.min(120, Math.floor(ROWS_PER_TRIAL / train.labels.length)));
  const recipes = LAYERS.flatMap((layers) => LEARNING_RATES.map((learningRate) => ({ layers, learningRate })));
  const phase = progress.start('Search', recipes.length * epochs);
  const tried: { trial: Trial; hyperparameters: Hyperparameters; probabilities: Float32Array }[] = [];
  try {
    for (const [index, { layers, learningRate }] of recipes.entries()) {
      const { classWeights } = config.hyperparameters;
      const hyperparameters: Hyperparameters = {
        layers,
        ...(layers.length > 0 ? { activation: 'relu' as const } : {}),
        epochs,
        batchSize,
        learningRate,
        ...(classWeights === undefined ? {} : { classWeights }),
      };
      const best = await tryRecipe(train, validation, signature.classes.length, seed, hyperparameters, (report) => {
        phase.step(`recipe ${index + 1}/${recipes.length}, epoch ${report.epoch}/${epochs}`, report);
      });
      const trial = { layers, learningRate, ...best };
      tried.push({ trial, hyperparameters, probabilities: best.probabilities });
      if (stopAsked()) break;
    }
  } finally {
    phase.end();
  }
  const chosen = simplestOfTheBest(tried);
  return {
    hyperparameters: {
      ...chosen.hyperparameters,
      layers: [...chosen.trial.layers],
      epochs: chosen.trial.epochs,
      temperature: helpfulTemperature(validation.labels, chosen.probabilities),
    },
    trials: tried
      .map(({ trial: { layers, learningRate, epochs: after, logLoss, error, accuracy } }) => {
        return { layers, learningRate, epochs: after, logLoss, error, accuracy };
      })
      .sort((a, b) => a.logLoss - b.logLoss),
  };
}

interface Tried {
  readonly trial: Trial;
}

/**
 * The one-standard-error rule of Breiman et al., "Classification and Regression Trees", 1984: what is no worse than the
 * best by more than chance explains is as good, and of those the one with the fewest weights is taken.
 */
function simplestOfTheBest<T extends Tried>(tried: readonly T[]): T {
  const best = tried.reduce((least, other) => (other.trial.logLoss < least.trial.logLoss ? other : least));
  const worst = best.trial.logLoss + best.trial.error;
  const good = tried.filter(({ trial }) => trial.logLoss <= worst);
  const { layers } = good[0]!.trial;
  return good
    .filter(({ trial }) => trial.layers === layers)
    .reduce((least, other) => (other.trial.logLoss < least.trial.logLoss ? other : least));
}

function lossError(labels: readonly number[], probabilities: Float32Array, mean: number): number {
  const classes = probabilities.length / labels.length;
  const squares = labels.map((label, row) => {
    const loss = -Math.log(Math.max(probabilities[row * classes + label]!, 1e-15));
    return (loss - mean) ** 2;
  });
  return Math.sqrt(squares.reduce((total, square) => total + square, 0)) / labels.length;
}

interface Best extends Omit<Trial, 'layers' | 'learningRate'> {
  readonly probabilities: Float32Array;
}

async function tryRecipe(
  train: Examples,
  validation: Examples,
  classes: number,
  seed: number,
  hyperparameters: Hyperparameters,
  onEpoch: (report: { epoch: number; loss: number; accuracy: number }) => void,
) {
  let best: Best = { epochs: 1, logLoss: Infinity, error: 0, accuracy: 0, probabilities: new Float32Array() };
  const names = Array.from({ length: classes }, (_, label) => String(label));
  const model = await fit(train, {
    name: 'trial',
    classes,
    seed,
    hyperparameters,
    onEpoch: (report, predict) => {
      onEpoch(report);
      const probabilities = predict(validation.inputs);
      const { logLoss, accuracy } = evaluate(validation.labels, probabilities, names);
      if (logLoss < best.logLoss) {
        const error = lossError(validation.labels, probabilities, logLoss);
        best = { epochs: report.epoch, logLoss, error, accuracy, probabilities };
      }
      return report.epoch - best.epochs >= PATIENCE ? 'stop' : undefined;
    },
  });
  model.dispose();
  return best;
}

/** Evenly spaced, so that no order of the rows is favoured. */
function thin(indices: readonly number[], most: number): readonly number[] {
  if (indices.length <= most) return indices;
  return Array.from({ length: most }, (_, place) => indices[Math.floor((place * indices.length) / most)]!);
}
