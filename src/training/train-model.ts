import type { InferenceBackend } from '../core/ports/inference-backend.js';
import type { CrossValidation, Evaluation, Manifest } from '../model/package/manifest.js';
import type { PackageContents } from '../model/package/writer.js';
import { modelCard } from './card.js';
import { crossValidate } from './cross-validation.js';
import type { Dataset } from './datasets/dataset.js';
import { describeModel } from './describe-model.js';
import { assertTrainable, type Examples, pick, reencode, toExamples } from './examples.js';
import { goldenRecords } from './golden.js';
import { learnSignature } from './learn-signature.js';
import { evaluate } from './metrics.js';
import type { Progress } from './progress.js';
import { shortfallsOf } from './quality-gate.js';
import { seededRandom } from './random.js';
import { type Split, stratifiedSplit } from './stratify.js';
import { fit, type FitOptions, type TrainedModel } from './trainer.js';
import type { TrainingConfig } from './training-config.js';

export interface TrainingOptions {
  readonly config: TrainingConfig;
  readonly dataset: Dataset;
  /** The realm's active backend. */
  readonly backend: InferenceBackend;
  readonly crossValidation: boolean;
  readonly progress: Progress;
  /** Goes into the manifest as the time of training. */
  readonly date: Date;
}

/** What training came to. */
export interface TrainingResult {
  readonly heldOut: Evaluation;
  /** Absent when it was not asked for, or when the held-out rows had already shown that the model will not do. */
  readonly crossValidation?: CrossValidation;
  /** Why the model is not good enough to be packaged; empty when it is. */
  readonly shortfalls: readonly string[];
  /** The package, unless there are shortfalls. */
  readonly contents?: PackageContents;
}

/** What one training run came to: nothing in it has seen the rows that its split holds out. */
interface Run {
  readonly split: Split;
  readonly signature: Manifest['signature'];
  /** Every row, as the model sees it. */
  readonly examples: Examples;
  readonly model: TrainedModel;
}

/**
 * Trains on one part of the data and measures on the rest. The packaged model is that very one, so the held-out metrics
 * are about the weights that are served.
 */
export async function trainModel(options: TrainingOptions): Promise<TrainingResult> {
  const { config, dataset } = options;
  const { provisional } = config.signature;
  const examples = toExamples(dataset, provisional);
  assertTrainable(examples, provisional);
  const split = stratifiedSplit(examples.labels, config.testFraction, seededRandom(config.seed));
  const { epochs } = config.hyperparameters;
  const phase = options.progress.start('Training', epochs);
  const run = await trainOn(split, examples, config, (report) => {
    phase.step(`epoch ${report.epoch}/${epochs}`, report);
  }).finally(() => {
    phase.end();
  });
  try {
    return await judge(run, options);
  } finally {
    run.model.dispose();
  }
}

async function judge(run: Run, options: TrainingOptions): Promise<TrainingResult> {
  const { config } = options;
  const { signature, examples, model } = run;
  const heldOut = measure(run);
  const early = shortfallsOf(config.failUnder, heldOut);
  if (early.length > 0) return { heldOut, shortfalls: early };
  const crossValidation = options.crossValidation ? await tryFolds(examples, options) : undefined;
  const measured = { heldOut, ...(crossValidation === undefined ? {} : { crossValidation }) };
  const shortfalls = shortfallsOf(config.failUnder, heldOut, crossValidation);
  if (shortfalls.length > 0) return { ...measured, shortfalls };
  const manifest = describeModel({ ...options, ...run, metrics: measured });
  return {
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

async function tryFolds(examples: Examples, { config, progress }: TrainingOptions): Promise<CrossValidation> {
  const { folds } = config;
  const { epochs } = config.hyperparameters;
  const phase = progress.start('Cross-validation', folds * epochs);
  const trial = async (split: Split, fold: number) => {
    const run = await trainOn(split, examples, config, (report) => {
      phase.step(`fold ${fold}/${folds}, epoch ${report.epoch}/${epochs}`, report);
    });
    const { accuracy } = measure(run);
    run.model.dispose();
    return accuracy;
  };
  return crossValidate(examples.labels, folds, seededRandom(config.seed), trial).finally(() => {
    phase.end();
  });
}

async function trainOn(
  split: Split,
  given: Examples,
  { name, signature: draft, seed, hyperparameters }: TrainingConfig,
  onEpoch: FitOptions['onEpoch'],
): Promise<Run> {
  const signature = learnSignature(draft, pick(given, split.train).rows);
  const examples = reencode(given, signature);
  const classes = signature.classes.length;
  const model = await fit(pick(examples, split.train), { name, classes, seed, hyperparameters, onEpoch });
  return { split, signature, examples, model };
}

function measure({ split, signature, examples, model }: Run): Evaluation {
  const { inputs, labels } = pick(examples, split.heldOut);
  return evaluate(
    labels,
    model.predict(inputs),
    signature.classes.map(({ label }) => label),
  );
}
