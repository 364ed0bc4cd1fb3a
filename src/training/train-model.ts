import { version_core } from '@tensorflow/tfjs-core';
import type { InferenceBackend } from '../core/ports/inference-backend.js';
import { winnersOf } from '../core/winners.js';
import type { Calibration, CrossValidation, Evaluation } from '../model/package/manifest.js';
import type { PackageContents } from '../model/package/writer.js';
import type { Assessment } from './assess.js';
import { type Baseline, baselinesOf } from './baselines.js';
import { modelCard } from './card.js';
import { calibrationOf } from './calibration.js';
import { type Checkpoint, noCheckpoint } from './checkpoint.js';
import { crossValidationOf, splitsOf } from './cross-validation.js';
import type { DataRow, Dataset } from './datasets/dataset.js';
import { describeModel } from './describe-model.js';
import { predictionDistribution } from './distributions.js';
import { assertColumn, assertTrainable, type Examples, pick, reencode, toExamples } from './examples.js';
import { goldenRecords } from './golden.js';
import {
  assessRun,
  decideIn,
  type DecisionFindings,
  decisionFindings,
  measure,
  type Run,
  slicesIn,
  tradeOffIn,
} from './held-out.js';
import { Latch } from './latch.js';
import { learnSignature } from './learn-signature.js';
import { learnFromValidation } from './learn-from-validation.js';
import type { EpochReport, Progress } from './progress.js';
import { shortfallsOf } from './quality-gate.js';
import { seededRandom } from './random.js';
import { foldsOf, splitOf } from './partition.js';
import type { Slices } from './slices.js';
import type { Split } from './stratify.js';
import { fit, type FitOptions } from './trainer.js';
import type { Recipe, TrainingConfig } from './training-config.js';

export interface TrainingOptions {
  readonly config: TrainingConfig;
  readonly dataset: Dataset;
  /** The realm's active backend. */
  readonly backend: InferenceBackend;
  readonly crossValidation: boolean;
  /** Whether simpler models are measured beside it. @default false */
  readonly baselines?: boolean;
  readonly progress: Progress;
  /** Asked after every epoch: whether to make do with what there is. @default never */
  readonly stopAsked?: () => boolean;
  /** What is done already, and where to write down what is done now. @default nothing, nowhere */
  readonly checkpoint?: Checkpoint;
  /** Columns by whose values the held-out rows are measured too. @default none */
  readonly slices?: readonly string[];
  /** What was ended by hand before: it goes into the model card, and nothing more than has to be is done now. */
  readonly stopped?: string | undefined;
  /** Goes into the manifest as the time of training. */
  readonly date: Date;
}

/** What training came to. */
export interface TrainingResult {
  readonly heldOut: Evaluation & { readonly calibration: Calibration };
  /** More about the same held-out rows. */
  readonly assessment: Assessment;
  /** The threshold of a class of interest, where the training file names one. */
  readonly decision?: DecisionFindings;
  /** The held-out rows by the values of the columns that were asked for. */
  readonly slices: readonly Slices[];
  /** What simpler models come to on the same held-out rows; empty when it was not asked for. */
  readonly baselines: readonly Baseline[];
  /** One report an epoch. */
  readonly learning: readonly EpochReport[];
  /** The values of the rows that the model was most certain of, and wrong, in the order of `assessment.worst`. */
  readonly worstRows: readonly DataRow[];
  /** Absent when it was not asked for, or when the held-out rows had already shown that the model will not do. */
  readonly crossValidation?: CrossValidation;
  /** What was ended by hand. */
  readonly stopped?: string;
  /** Why the model is not good enough to be packaged; empty when it is. */
  readonly shortfalls: readonly string[];
  /** The package, unless there are shortfalls. */
  readonly contents?: PackageContents;
}

/** What has to be the same for the same weights, beside the seed. */
export function frameworkOf({ name }: InferenceBackend): string {
  return `TensorFlow.js ${version_core}, ${name} backend`;
}

/**
 * Trains on one part of the data and measures on the rest. The packaged model is that very one, so the held-out metrics
 * are about the weights that are served.
 */
export async function trainModel(options: TrainingOptions): Promise<TrainingResult> {
  const { config: given, dataset } = options;
  const { provisional } = given.signature;
  const examples = toExamples(dataset, provisional);
  assertTrainable(examples, provisional);
  for (const column of options.slices ?? []) assertColumn(dataset, column);
  const split = splitOf(dataset, examples.labels, given.testFraction, seededRandom(given.seed));
  const settled = {
    ...options,
    checkpoint: options.checkpoint ?? noCheckpoint(),
    stopAsked: options.stopAsked ?? never,
  };
  const { config, kept } = await learnFromValidation(given, dataset, examples, split.train, settled);
  const recipe: RecipeOptions = { ...settled, config };
  const run =
    kept === undefined
      ? await trainMain(split, examples, recipe)
      : { ...kept, split: { ...split, train: kept.learnt }, examples: reencode(examples, kept.signature) };
  const stopped = options.stopped ?? stoppedEarly(recipe, run, kept !== undefined);
  try {
    return await judge(run, stopped === undefined ? recipe : endedBy(stopped, recipe));
  } finally {
    run.model.dispose();
  }
}

const never = () => false;

/** With everything decided. */
interface RecipeOptions extends TrainingOptions {
  readonly config: Recipe;
  readonly checkpoint: Checkpoint;
  readonly stopAsked: () => boolean;
}

/** The training of the model itself, from where a run before may have left it. */
async function trainMain(split: Split, examples: Examples, options: RecipeOptions): Promise<Run> {
  const { config, progress, checkpoint, stopAsked } = options;
  const { epochs } = config.hyperparameters;
  const before = checkpoint.done.training;
  const phase = progress.start('Training', epochs - (before?.state.epoch ?? 0));
  const learning = [...(before?.learning ?? [])];
  return trainOn(split, examples, config, {
    learning,
    from: before?.state,
    onPart: (part, figures) => {
      phase.part(`epoch ${learning.length + 1}/${epochs}`, part, figures);
    },
    onEpoch: async (report, moment) => {
      phase.step(`epoch ${report.epoch}/${epochs}`, report);
      const stop = stopAsked();
      if (!stop && !checkpoint.due) return undefined;
      checkpoint.save({ training: { state: await moment.state(report.epoch), learning: [...learning] } });
      return stop ? 'stop' : undefined;
    },
  }).finally(() => {
    phase.end();
  });
}

async function judge(run: Run, options: RecipeOptions): Promise<TrainingResult> {
  const { config } = options;
  const { signature, examples, model } = run;
  const decide = decideIn(config);
  const measurement = measure(run, decide);
  const { evaluation, labels, probabilities } = measurement;
  const calibration = calibrationOf(labels, probabilities, config.hyperparameters.temperature ?? 1, decide);
  const decision = decisionFindings(config, measurement);
  const heldOut = { ...evaluation, calibration, ...tradeOffIn(config, measurement) };
  const assessment = assessRun(run, probabilities, config.seed, decide);
  const slices = slicesIn(run, probabilities, options);
  const baselines = options.baselines === true ? await baselinesOf(run, config, options.stopped !== undefined) : [];
  if (options.baselines === true && decide !== winnersOf) {
    baselines.push({ name: 'this model, at 0.5', evaluation: measure(run, winnersOf).evaluation });
  }
  const found = { ...assessment, ...(decision === undefined ? {} : { decision }), slices, baselines };
  const findings = { heldOut, ...found, ...stoppedOf(options) };
  const early = shortfallsOf(config.failUnder, heldOut);
  if (early.length > 0) return { ...findings, shortfalls: early };
  const tried = options.crossValidation ? await tryFolds(examples, options) : undefined;
  const settled = tried === 'stopped' ? endedBy(STOPPED_FOLDS, options) : options;
  const crossValidation = tried === 'stopped' ? undefined : tried;
  const measured = { heldOut, ...(crossValidation === undefined ? {} : { crossValidation }) };
  const shortfalls = shortfallsOf(config.failUnder, heldOut, crossValidation);
  const known = { ...findings, ...measured, ...stoppedOf(settled), shortfalls };
  if (shortfalls.length > 0) return known;
  const predictions = predictionDistribution(probabilities, labels.length, signature, decide);
  const manifest = describeModel({ ...settled, ...run, metrics: measured, predictions });
  return {
    ...known,
    contents: {
      manifest,
      ...(await model.export()),
      golden: goldenRecords(model, examples, signature, seededRandom(config.seed)),
      card: modelCard(manifest, settled.config),
    },
  };
}

function stoppedOf({ stopped }: RecipeOptions): Pick<TrainingResult, 'stopped'> {
  return stopped === undefined ? {} : { stopped };
}

async function tryFolds(examples: Examples, options: RecipeOptions): Promise<CrossValidation | 'stopped'> {
  const { config, dataset, progress, checkpoint, stopAsked } = options;
  const { epochs } = config.hyperparameters;
  const parts = foldsOf(dataset, examples.labels, config.folds, seededRandom(config.seed));
  const accuracies = [...checkpoint.done.folds];
  const phase = progress.start('Cross-validation', (parts.length - accuracies.length) * epochs);
  try {
    for (const fold of splitsOf(examples.labels, parts).slice(accuracies.length)) {
      const turn = `fold ${accuracies.length + 1}/${parts.length}`;
      const latch = new Latch(stopAsked);
      const run = await trainOn(fold, examples, config, {
        onPart: (part, figures) => {
          phase.part(turn, part, figures);
        },
        onEpoch: (report) => {
          phase.step(`${turn}, epoch ${report.epoch}/${epochs}`, report);
          return latch.verdict();
        },
      });
      const { accuracy } = measure(run, decideIn(config)).evaluation;
      run.model.dispose();
      if (latch.taken) return 'stopped';
      accuracies.push(accuracy);
      checkpoint.save({ folds: [...accuracies] });
    }
  } finally {
    phase.end();
  }
  return crossValidationOf(accuracies);
}

interface Watch extends Pick<FitOptions, 'onEpoch' | 'onPart' | 'from'> {
  /** Takes the report of each epoch. */
  readonly learning?: EpochReport[];
}

async function trainOn(
  split: Split,
  given: Examples,
  { name, signature: draft, seed, hyperparameters }: Recipe,
  { learning = [], onEpoch, onPart, from }: Watch,
): Promise<Run> {
  const signature = learnSignature(draft, pick(given, split.train).rows);
  const examples = reencode(given, signature);
  const classes = signature.classes.length;
  const model = await fit(pick(examples, split.train), {
    name,
    classes,
    seed,
    hyperparameters,
    from,
    onPart,
    onEpoch: (report, moment) => {
      learning.push(report);
      return onEpoch(report, moment);
    },
  });
  return { split, signature, examples, model, learning };
}

/** What is to be said of training that ended before its last epoch. */
function stoppedEarly({ config }: RecipeOptions, { learning, split }: Run, calibrating: boolean): string | undefined {
  const { epochs } = config.hyperparameters;
  if (calibrating) {
    return (
      `The calibration was ended by hand after epoch ${learning.length} of ${epochs}; its network is the model, ` +
      `which has learnt from ${split.train.length} rows.`
    );
  }
  if (learning.length >= epochs) return undefined;
  return `The training was ended by hand after epoch ${learning.length} of ${epochs}.`;
}

const STOPPED_FOLDS = 'The cross-validation was ended by hand, so there are no figures of it.';

/** What the package must say when somebody ended the work by hand, and nothing more is done of it. */
function endedBy(stopped: string, options: RecipeOptions): RecipeOptions {
  const { config } = options;
  options.checkpoint.flush();
  return { ...options, stopped, crossValidation: false, config: { ...config, limits: [...config.limits, stopped] } };
}
