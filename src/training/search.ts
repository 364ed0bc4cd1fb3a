import { type Examples, pick, reencode } from './examples.js';
import { learnSignature } from './learn-signature.js';
import type { Checkpoint } from './checkpoint.js';
import { validationFolds, validationSplit } from './validation.js';
import { evaluate } from './metrics.js';
import { splitOf } from './partition.js';
import { Latch } from './latch.js';
import type { EpochReport, Progress } from './progress.js';
import { epochsOn, recipesFor } from './recipes.js';
import { seededRandom } from './random.js';
import type { Dataset } from './datasets/dataset.js';
import { helpfulTemperature, softened } from './temperature.js';
import { helpfulThreshold, type ThresholdWish, wishOf } from './threshold.js';
import { fit, type FitOptions, type Hyperparameters } from './trainer.js';
import type { Recipe, TrainingConfig } from './training-config.js';
import type { Trial } from './trial.js';

export interface SearchResult {
  readonly hyperparameters: Recipe['hyperparameters'];
  /** The decision threshold, where one was to be chosen. */
  readonly threshold?: number | undefined;
  /** The best first. */
  readonly trials: readonly Trial[];
  /** What somebody who ended it by hand has to know. */
  readonly stopped?: string;
}

export interface SearchOptions {
  readonly progress: Progress;
  /** Asked after every epoch: whether to make do with what was found so far. */
  readonly stopAsked: () => boolean;
  readonly checkpoint: Checkpoint;
}

/** Epochs without a better validation loss, after which a trial is over. */
const PATIENCE = 6;
/** Rows that the search looks at; more tell the recipes apart no better. */
const MAX_ROWS = 20_000;
/** Up to so many training rows a quarter of them tells too little: then each third is held out in turn. */
const FEW_ROWS = 2_000;
const INNER_FOLDS = 3;

/** Some rows to learn from and others to judge by, as the model sees them. */
interface Ground {
  readonly train: Examples;
  readonly validation: Examples;
}

/**
 * Chooses layers, learning rate, epochs and temperature by the log-loss, and the decision threshold by its criterion, on training rows that each trial holds out: a
 * quarter of them, or each third in turn where they are few. The held-out rows of the metrics are not looked at.
 */
export async function searchHyperparameters(
  config: TrainingConfig,
  dataset: Dataset,
  given: Examples,
  { progress, stopAsked, checkpoint }: SearchOptions,
): Promise<SearchResult> {
  const { grounds, rows } = groundsOf(config, dataset, given);
  const { inputs } = grounds[0]!.train;
  const classes = config.signature.provisional.classes.length;
  const recipes = recipesFor(inputs, classes, config.hyperparameters.classWeights);
  const total = recipes.reduce((sum, { epochs }) => sum + epochs, 0);
  const phase = progress.start('Search', grounds.length * total);
  const trials = [...checkpoint.done.trials];
  const latch = new Latch(stopAsked);
  try {
    for (const [index, recipe] of [...recipes.entries()].slice(trials.length)) {
      const trial = await tryRecipe(grounds, recipe, config, {
        latch,
        onEpoch: (report) => {
          phase.step(`recipe ${index + 1}/${recipes.length}, epoch ${report.epoch}/${recipe.epochs}`, report);
        },
        onPart: (part, figures) => {
          phase.part(`recipe ${index + 1}/${recipes.length}`, part, figures);
        },
        onEarly: (left) => {
          phase.skip(left);
        },
      });
      // With some of its folds only it cannot be compared.
      if (!latch.taken || trials.length === 0) trials.push(trial);
      if (latch.taken) break;
      checkpoint.save({ trials: [...trials] });
    }
  } finally {
    phase.end();
  }
  const { layers, learningRate, epochs: enough, temperature, threshold } = simplestOfTheBest(trials);
  const recipe = recipes.find((other) => String(other.layers) === String(layers))!;
  return {
    hyperparameters: {
      ...recipe,
      layers: [...layers],
      learningRate,
      epochs: epochsOn(rows, inputs.rows, enough),
      temperature,
    },
    threshold,
    trials: trials.toSorted((a, b) => a.logLoss - b.logLoss),
    ...(latch.taken
      ? {
          stopped: `The search was ended by hand after ${trials.length} of ${recipes.length} recipes; the best of them was trained.`,
        }
      : {}),
  };
}

function groundsOf(
  { seed, signature: draft, testFraction }: TrainingConfig,
  dataset: Dataset,
  given: Examples,
): { grounds: Ground[]; rows: number } {
  const outer = splitOf(dataset, given.labels, testFraction, seededRandom(seed));
  const folds = outer.train.length > FEW_ROWS ? [] : validationFolds(dataset, given, outer.train, INNER_FOLDS, seed);
  const parts = folds.length > 1 ? folds : [validationSplit(dataset, given, outer.train, seed)];
  const grounds = parts.map(({ learnt, validation }) => {
    const rows = thin(learnt, MAX_ROWS);
    const signature = learnSignature(draft, pick(given, rows).rows);
    const seen = (indices: readonly number[]) => reencode(pick(given, indices), signature);
    return { train: seen(rows), validation: seen(thin(validation, MAX_ROWS / 4)) };
  });
  return { grounds, rows: outer.train.length };
}

/**
 * The one-standard-error rule of Breiman et al., "Classification and Regression Trees", 1984: what is no worse than the
 * best by more than chance explains is as good, and of those the one with the fewest weights is taken.
 */
function simplestOfTheBest(trials: readonly Trial[]): Trial {
  const lower = (least: Trial, other: Trial) => (other.logLoss < least.logLoss ? other : least);
  const best = trials.reduce(lower);
  const good = trials.filter(({ logLoss }) => logLoss <= best.logLoss + best.error);
  const simplest = String(good[0]!.layers);
  return good.filter(({ layers }) => String(layers) === simplest).reduce(lower);
}

interface TrialWatch {
  readonly latch: Latch;
  readonly onEpoch: (report: EpochReport) => void;
  readonly onPart: FitOptions['onPart'];
  /** Some epochs were not needed. */
  readonly onEarly: (epochs: number) => void;
}

/** What each epoch of a trial answers to the rows that it does not learn from. */
interface Attempt {
  readonly labels: readonly number[];
  readonly losses: number[];
  readonly answers: Map<number, Float32Array>;
}

async function tryRecipe(
  grounds: readonly Ground[],
  recipe: Hyperparameters,
  { seed, signature, decision }: Pick<TrainingConfig, 'seed' | 'signature' | 'decision'>,
  watch: TrialWatch,
): Promise<Trial> {
  const names = signature.provisional.classes.map(({ label }) => label);
  const attempts: Attempt[] = [];
  for (const { train, validation } of grounds) {
    if (watch.latch.taken) break;
    const { labels } = validation;
    const attempt: Attempt = { labels, losses: [], answers: new Map() };
    const { losses, answers } = attempt;
    const model = await fit(train, {
      name: 'trial',
      classes: names.length,
      seed,
      hyperparameters: recipe,
      onPart: watch.onPart,
      onEpoch: (report, { predict }) => {
        const probabilities = predict(validation.inputs);
        losses.push(evaluate(labels, probabilities, names).logLoss);
        const best = bestOf(losses);
        // One part of the rows alone decides by its best epoch, so the other answers are of no use.
        if (grounds.length === 1 && best === losses.length - 1) answers.clear();
        if (grounds.length > 1 || best === losses.length - 1) answers.set(losses.length - 1, probabilities);
        watch.onEpoch(report);
        if (watch.latch.verdict() === 'stop') return 'stop';
        return losses.length - 1 - best >= PATIENCE ? 'stop' : undefined;
      },
    });
    model.dispose();
    watch.onEarly(recipe.epochs - losses.length);
    attempts.push(attempt);
  }
  return {
    layers: recipe.layers,
    learningRate: recipe.learningRate,
    ...verdictOn(attempts, names, { wish: wishOf(decision, signature.provisional), seed }),
  };
}

/** At the epoch that is best for all parts of the rows together, every row judged by who has not learnt from it. */
function verdictOn(
  attempts: readonly Attempt[],
  names: readonly string[],
  { wish, seed }: { readonly wish: ThresholdWish | undefined; readonly seed: number },
): Omit<Trial, 'layers' | 'learningRate'> {
  const epochs = Math.min(...attempts.map(({ losses }) => losses.length));
  const curve = Array.from({ length: epochs }, (_, epoch) =>
    attempts.reduce((sum, { losses, labels }) => sum + losses[epoch]! * labels.length, 0),
  );
  const best = bestOf(curve);
  const labels = attempts.flatMap((attempt) => attempt.labels);
  const answers = attempts.map((attempt) => attempt.answers.get(best)!);
  const probabilities = new Float32Array(labels.length * names.length);
  answers.reduce((at, part) => {
    probabilities.set(part, at);
    return at + part.length;
  }, 0);
  const { logLoss, accuracy } = evaluate(labels, probabilities, names);
  const error = lossError(labels, probabilities, logLoss);
  const temperature = helpfulTemperature(labels, probabilities);
  const found = { epochs: best + 1, logLoss, error, accuracy, temperature };
  if (wish === undefined) return found;
  const served = softened(probabilities, names.length, temperature);
  return { ...found, threshold: helpfulThreshold(labels, served, wish, seededRandom(seed)) };
}

/** The place of the smallest; the first one on a tie. */
function bestOf(losses: readonly number[]): number {
  return losses.reduce((best, loss, at) => (loss < losses[best]! ? at : best), 0);
}

function lossError(labels: readonly number[], probabilities: Float32Array, mean: number): number {
  const classes = probabilities.length / labels.length;
  const squares = labels.map((label, row) => {
    const loss = -Math.log(Math.max(probabilities[row * classes + label]!, 1e-15));
    return (loss - mean) ** 2;
  });
  return Math.sqrt(squares.reduce((total, square) => total + square, 0)) / labels.length;
}

/** Evenly spaced, so that no order of the rows is favoured. */
function thin(indices: readonly number[], most: number): readonly number[] {
  if (indices.length <= most) return indices;
  return Array.from({ length: most }, (_, place) => indices[Math.floor((place * indices.length) / most)]!);
}
