import type { InferenceBackend } from '../core/ports/inference-backend.js';
import type { Calibration, CrossValidation, Evaluation, Manifest } from '../model/package/manifest.js';
import type { PackageContents } from '../model/package/writer.js';
import { type Assessment, assess } from './assess.js';
import { modelCard } from './card.js';
import { calibrationOf } from './calibration.js';
import { crossValidate } from './cross-validation.js';
import type { DataRow, Dataset } from './datasets/dataset.js';
import { describeModel } from './describe-model.js';
import { predictionDistribution } from './distributions.js';
import { assertTrainable, type Examples, pick, reencode, toExamples } from './examples.js';
import { goldenRecords } from './golden.js';
import { learnSignature } from './learn-signature.js';
import { learnTemperature } from './learn-temperature.js';
import { evaluate } from './metrics.js';
import type { EpochReport, Progress } from './progress.js';
import { shortfallsOf } from './quality-gate.js';
import { seededRandom } from './random.js';
import { foldsOf, splitOf } from './partition.js';
import type { Split } from './stratify.js';
import { fit, type FitOptions, type TrainedModel } from './trainer.js';
import type { Recipe, TrainingConfig } from './training-config.js';

/** Enough for a model without hidden layers to settle on most tables. */
const BASELINE_EPOCHS = 30;

export interface TrainingOptions {
  readonly config: TrainingConfig;
  readonly dataset: Dataset;
  /** The realm's active backend. */
  readonly backend: InferenceBackend;
  readonly crossValidation: boolean;
  /** Whether simpler models are measured beside it. @default false */
  readonly baselines?: boolean;
  readonly progress: Progress;
  /** Asked after every epoch: whether to make do with the weights as they are. @default never */
  readonly stopAsked?: () => boolean;
  /** Goes into the manifest as the time of training. */
  readonly date: Date;
}

/** What training came to. */
export interface TrainingResult {
  readonly heldOut: Evaluation & { readonly calibration: Calibration };
  /** More about the same held-out rows. */
  readonly assessment: Assessment;
  /** What simpler models come to on the same held-out rows; empty when it was not asked for. */
  readonly baselines: readonly Baseline[];
  /** One report an epoch. */
  readonly learning: readonly EpochReport[];
  /** The values of the rows that the model was most certain of, and wrong, in the order of `assessment.worst`. */
  readonly worstRows: readonly DataRow[];
  /** Absent when it was not asked for, or when the held-out rows had already shown that the model will not do. */
  readonly crossValidation?: CrossValidation;
  /** Why the model is not good enough to be packaged; empty when it is. */
  readonly shortfalls: readonly string[];
  /** The package, unless there are shortfalls. */
  readonly contents?: PackageContents;
}

/** What a simpler model comes to. */
export interface Baseline {
  readonly name: 'majority' | 'logistic regression';
  readonly evaluation: Evaluation;
}

/** What one training run came to: nothing in it has seen the rows that its split holds out. */
interface Run {
  readonly split: Split;
  readonly signature: Manifest['signature'];
  /** Every row, as the model sees it. */
  readonly examples: Examples;
  readonly model: TrainedModel;
  readonly learning: readonly EpochReport[];
}

/**
 * Trains on one part of the data and measures on the rest. The packaged model is that very one, so the held-out metrics
 * are about the weights that are served.
 */
export async function trainModel(options: TrainingOptions): Promise<TrainingResult> {
  const { config: given, dataset, progress } = options;
  const { provisional } = given.signature;
  const examples = toExamples(dataset, provisional);
  assertTrainable(examples, provisional);
  const split = splitOf(dataset, examples.labels, given.testFraction, seededRandom(given.seed));
  const config = await learnTemperature(given, dataset, examples, split.train, progress);
  const { epochs } = config.hyperparameters;
  const phase = progress.start('Training', epochs);
  const run = await trainOn(split, examples, config, (report) => {
    phase.step(`epoch ${report.epoch}/${epochs}`, report);
    return options.stopAsked?.() === true ? 'stop' : undefined;
  }).finally(() => {
    phase.end();
  });
  const stopped = run.learning.length < epochs;
  try {
    return await judge(
      run,
      stopped ? { ...options, crossValidation: false, config: stoppedEarly(config, run) } : { ...options, config },
    );
  } finally {
    run.model.dispose();
  }
}

/** With everything decided. */
interface RecipeOptions extends TrainingOptions {
  readonly config: Recipe;
}

async function judge(run: Run, options: RecipeOptions): Promise<TrainingResult> {
  const { config } = options;
  const { signature, examples, model } = run;
  const { evaluation, labels, probabilities } = measure(run);
  const calibration = calibrationOf(labels, probabilities, config.hyperparameters.temperature ?? 1);
  const heldOut = { ...evaluation, calibration };
  const assessment = assessRun(run, probabilities, config.seed);
  const findings = { heldOut, ...assessment, baselines: await baselinesOf(run, options) };
  const early = shortfallsOf(config.failUnder, heldOut);
  if (early.length > 0) return { ...findings, shortfalls: early };
  const crossValidation = options.crossValidation ? await tryFolds(examples, options) : undefined;
  const measured = { heldOut, ...(crossValidation === undefined ? {} : { crossValidation }) };
  const shortfalls = shortfallsOf(config.failUnder, heldOut, crossValidation);
  if (shortfalls.length > 0) return { ...findings, ...measured, shortfalls };
  const predictions = predictionDistribution(probabilities, labels.length, signature);
  const manifest = describeModel({ ...options, ...run, metrics: measured, predictions });
  return {
    ...findings,
    ...measured,
    shortfalls,
    contents: {
      manifest,
      ...(await model.export()),
      golden: goldenRecords(model, examples, signature, seededRandom(config.seed)),
      card: modelCard(manifest, config),
    },
  };
}

async function tryFolds(examples: Examples, { config, dataset, progress }: RecipeOptions): Promise<CrossValidation> {
  const { folds } = config;
  const { epochs } = config.hyperparameters;
  const phase = progress.start('Cross-validation', folds * epochs);
  const trial = async (split: Split, fold: number) => {
    const run = await trainOn(split, examples, config, (report) => {
      phase.step(`fold ${fold}/${folds}, epoch ${report.epoch}/${epochs}`, report);
    });
    const { evaluation } = measure(run);
    run.model.dispose();
    return evaluation.accuracy;
  };
  const parts = foldsOf(dataset, examples.labels, folds, seededRandom(config.seed));
  return crossValidate(examples.labels, parts, trial).finally(() => {
    phase.end();
  });
}

async function trainOn(
  split: Split,
  given: Examples,
  { name, signature: draft, seed, hyperparameters }: Recipe,
  onEpoch: FitOptions['onEpoch'],
): Promise<Run> {
  const signature = learnSignature(draft, pick(given, split.train).rows);
  const examples = reencode(given, signature);
  const classes = signature.classes.length;
  const learning: EpochReport[] = [];
  const model = await fit(pick(examples, split.train), {
    name,
    classes,
    seed,
    hyperparameters,
    onEpoch: (report, predict) => {
      learning.push(report);
      return onEpoch(report, predict);
    },
  });
  return { split, signature, examples, model, learning };
}

/** What the model answers to the rows that it has not seen. */
function measure({ split, signature, examples, model }: Run) {
  const { inputs, labels } = pick(examples, split.heldOut);
  const probabilities = model.predict(inputs);
  const names = signature.classes.map(({ label }) => label);
  return { labels, probabilities, evaluation: evaluate(labels, probabilities, names) };
}

function assessRun({ split, signature, examples, model, learning }: Run, probabilities: Float32Array, seed: number) {
  const heldOut = pick(examples, split.heldOut);
  const predict = (inputs: Examples['inputs']) => model.predict(inputs);
  const assessment = assess({ examples: heldOut, probabilities, signature, predict }, seededRandom(seed));
  return { assessment, learning, worstRows: assessment.worst.map(({ row }) => heldOut.rows[row] ?? {}) };
}

async function baselinesOf({ split, signature, examples }: Run, options: RecipeOptions): Promise<Baseline[]> {
  if (options.baselines !== true) return [];
  const labels = signature.classes.map(({ label }) => label);
  const [train, heldOut] = [pick(examples, split.train), pick(examples, split.heldOut)];
  const shares = labels.map((_, label) => train.labels.filter((other) => other === label).length / train.labels.length);
  const guesses = Float32Array.from(
    { length: heldOut.labels.length * labels.length },
    (_, at) => shares[at % labels.length]!,
  );
  const { hyperparameters, name, seed } = options.config;
  const { batchSize } = hyperparameters;
  const model = await fit(train, {
    name,
    classes: labels.length,
    seed,
    hyperparameters: { layers: [], batchSize, learningRate: 0.02, epochs: BASELINE_EPOCHS },
    onEpoch: () => undefined,
  });
  const logistic = evaluate(heldOut.labels, model.predict(heldOut.inputs), labels);
  model.dispose();
  return [
    { name: 'majority', evaluation: evaluate(heldOut.labels, guesses, labels) },
    { name: 'logistic regression', evaluation: logistic },
  ];
}

/** What the package must say when somebody ended the training by hand. */
function stoppedEarly(config: Recipe, { learning }: Run): Recipe {
  const { epochs } = config.hyperparameters;
  const limit = `Training was stopped by hand after epoch ${learning.length} of ${epochs}: the command below trains longer.`;
  return { ...config, limits: [...config.limits, limit] };
}
