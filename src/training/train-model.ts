import { version_core } from '@tensorflow/tfjs-core';
import type { InferenceBackend } from '../core/ports/inference-backend.js';
import { type Decide, decideBy, winnersOf } from '../core/winners.js';
import type {
  Calibration,
  CrossValidation,
  Evaluation,
  Manifest,
  ManifestDecision,
  TradeOff,
} from '../model/package/manifest.js';
import type { PackageContents } from '../model/package/writer.js';
import { type Assessment, assess } from './assess.js';
import { modelCard } from './card.js';
import { calibrationOf } from './calibration.js';
import { type Checkpoint, noCheckpoint } from './checkpoint.js';
import { crossValidationOf, splitsOf } from './cross-validation.js';
import type { DataRow, Dataset } from './datasets/dataset.js';
import { describeModel } from './describe-model.js';
import { predictionDistribution } from './distributions.js';
import { assertColumn, assertTrainable, type Examples, pick, reencode, toExamples } from './examples.js';
import { goldenRecords } from './golden.js';
import { Latch } from './latch.js';
import { learnSignature } from './learn-signature.js';
import { learnFromValidation } from './learn-from-validation.js';
import { evaluate } from './metrics.js';
import type { EpochReport, Progress } from './progress.js';
import { shortfallsOf } from './quality-gate.js';
import { seededRandom } from './random.js';
import { foldsOf, splitOf } from './partition.js';
import { type Slices, slicesOf } from './slices.js';
import type { Split } from './stratify.js';
import { decisionOf, tradeOffOf } from './threshold.js';
import { fit, type FitOptions, type TrainedModel } from './trainer.js';
import type { Recipe, TrainingConfig } from './training-config.js';

/** Enough for a model without hidden layers to settle on most tables. */
const BASELINE_EPOCHS = 30;
const TENTHS = Array.from({ length: 9 }, (_, at) => (at + 1) / 10);
/** Where a curve over thresholds is drawn. */
const CURVE = Array.from({ length: 101 }, (_, at) => at / 100);

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

/** What a threshold comes to on the held-out rows, and what others would. At 0.5 the likeliest class is answered. */
export interface DecisionFindings extends ManifestDecision {
  readonly curve: TradeOff;
}

/** What a simpler model comes to, or the model itself where the likeliest class would be answered. */
export interface Baseline {
  readonly name: 'majority' | 'logistic regression' | 'this model, at 0.5';
  readonly evaluation: Evaluation;
}

/** What has to be the same for the same weights, beside the seed. */
export function frameworkOf({ name }: InferenceBackend): string {
  return `TensorFlow.js ${version_core}, ${name} backend`;
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
  const baselines = await baselinesOf(run, options);
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

/** What the model answers to the rows that it has not seen. */
function measure({ split, signature, examples, model }: Run, decide: Decide): Measurement {
  const { inputs, labels } = pick(examples, split.heldOut);
  const probabilities = model.predict(inputs);
  const names = signature.classes.map(({ label }) => label);
  return { labels, probabilities, evaluation: evaluate(labels, probabilities, names, decide) };
}

interface Measurement {
  readonly labels: readonly number[];
  readonly probabilities: Float32Array;
  readonly evaluation: Evaluation;
}

function decideIn({ signature, decision }: Recipe): Decide {
  return decideBy(signature.provisional.classes, decisionOf(decision));
}

function decisionFindings(
  { signature, decision }: Recipe,
  { labels, probabilities }: Measurement,
): DecisionFindings | undefined {
  if (decision === undefined) return undefined;
  const { positive, threshold, criterion = 'given' } = decision;
  const index = signature.provisional.classes.findIndex(({ label }) => label === positive);
  return { positive, threshold, criterion, curve: tradeOffOf({ labels, probabilities }, index, CURVE) };
}

/** For the manifest: tenths, and the threshold itself. */
function tradeOffIn({ signature, decision }: Recipe, { labels, probabilities }: Measurement): Partial<Evaluation> {
  const packaged = decisionOf(decision);
  if (packaged === undefined) return {};
  const index = signature.provisional.classes.findIndex(({ label }) => label === packaged.positive);
  const thresholds = [...new Set([...TENTHS, packaged.threshold])].sort((a, b) => a - b);
  return { tradeOff: tradeOffOf({ labels, probabilities }, index, thresholds) };
}

function assessRun(
  { split, signature, examples, model, learning }: Run,
  probabilities: Float32Array,
  seed: number,
  decide: Decide,
) {
  const heldOut = pick(examples, split.heldOut);
  const predict = (inputs: Examples['inputs']) => model.predict(inputs);
  const assessment = assess({ examples: heldOut, probabilities, signature, predict, decide }, seededRandom(seed));
  return { assessment, learning, worstRows: assessment.worst.map(({ row }) => heldOut.rows.row(row)) };
}

function slicesIn({ split, signature, examples }: Run, probabilities: Float32Array, options: RecipeOptions): Slices[] {
  const { dataset, slices = [], config } = options;
  if (slices.length === 0) return [];
  const rows = dataset.frame();
  const labels = split.heldOut.map((row) => examples.labels[row]!);
  const judged = {
    labels,
    probabilities,
    classes: signature.classes.map(({ label }) => label),
    decide: decideIn(config),
  };
  return slices.map((column) => {
    const values = split.heldOut.map((row) => rows.at(column, row));
    return slicesOf(judged, column, values, seededRandom(config.seed));
  });
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
  const majority: Baseline = { name: 'majority', evaluation: evaluate(heldOut.labels, guesses, labels) };
  // Whoever ended the training does not want to wait for another one.
  if (options.stopped !== undefined) return [majority];
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
  return [majority, { name: 'logistic regression', evaluation: logistic }];
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
