import type { Dataset } from './datasets/dataset.js';
import { type Examples, pick, reencode } from './examples.js';
import { learnSignature } from './learn-signature.js';
import { Latch } from './latch.js';
import type { EpochReport, Progress } from './progress.js';
import { seededRandom } from './random.js';
import { helpfulTemperature, softened } from './temperature.js';
import { EVEN, helpfulThreshold, wishOf } from './threshold.js';
import { fit, type TrainedModel } from './trainer.js';
import type { Recipe, TrainingConfig } from './training-config.js';
import type { Checkpoint } from './checkpoint.js';
import { validationSplit } from './validation.js';
import type { Manifest } from '../model/package/manifest.js';

export interface CalibrationOptions {
  readonly progress: Progress;
  /** Asked after every epoch: whether to make do with the network as it is. */
  readonly stopAsked: () => boolean;
  readonly checkpoint: Checkpoint;
}

/** A recipe with its temperature and threshold, and the network that they were learnt from when somebody wants no better one. */
export interface Calibrated {
  readonly config: Recipe;
  readonly kept?: {
    readonly model: TrainedModel;
    readonly signature: Manifest['signature'];
    /** The rows that it was trained on. */
    readonly learnt: readonly number[];
    readonly learning: readonly EpochReport[];
  };
}

/**
 * The recipe with the temperature and the decision threshold that it asks to be learnt: trained once on three quarters of the
 * training rows, judged on the rest. The held-out rows of the metrics are not looked at.
 */
export async function learnFromValidation(
  config: TrainingConfig,
  dataset: Dataset,
  rows: Examples,
  train: readonly number[],
  { progress, stopAsked, checkpoint }: CalibrationOptions,
): Promise<Calibrated> {
  const { hyperparameters, decision, ...rest } = config;
  const { temperature: wanted, ...others } = hyperparameters;
  const recipeAt = (temperature: number | undefined, threshold: number): Recipe => ({
    ...rest,
    ...(decision === undefined ? {} : { decision: { ...decision, threshold } }),
    hyperparameters: { ...others, temperature },
  });
  const wish = wishOf(decision, config.signature.provisional);
  const given = { temperature: wanted === 'learn' ? undefined : wanted, threshold: givenThreshold(config) };
  if (wanted !== 'learn' && wish === undefined) return { config: recipeAt(given.temperature, given.threshold) };
  const { temperature: known, threshold: chosen } = checkpoint.done;
  if (known !== undefined && chosen !== undefined) return { config: recipeAt(known, chosen) };
  const { learnt, validation } = validationSplit(dataset, rows, train, config.seed);
  const signature = learnSignature(config.signature, pick(rows, learnt).rows);
  const phase = progress.start('Calibration', others.epochs);
  const learning: EpochReport[] = [];
  const latch = new Latch(stopAsked);
  const model = await fit(reencode(pick(rows, learnt), signature), {
    name: config.name,
    classes: signature.classes.length,
    seed: config.seed,
    hyperparameters: others,
    onEpoch: (report) => {
      learning.push(report);
      phase.step(`epoch ${report.epoch}/${others.epochs}`, report);
      return latch.verdict();
    },
    onPart: (part, figures) => {
      phase.part(`epoch ${learning.length + 1}/${others.epochs}`, part, figures);
    },
  }).finally(() => {
    phase.end();
  });
  const { inputs, labels } = reencode(pick(rows, validation), signature);
  const answers = model.predict(inputs);
  const temperature = given.temperature ?? (wanted === 'learn' ? helpfulTemperature(labels, answers) : 1);
  const served = softened(answers, signature.classes.length, temperature);
  const threshold =
    wish === undefined ? given.threshold : helpfulThreshold(labels, served, wish, seededRandom(config.seed));
  const settled = recipeAt(temperature, threshold);
  if (latch.taken) {
    model.soften(temperature);
    return { config: settled, kept: { model, signature, learnt, learning } };
  }
  model.dispose();
  checkpoint.save({ temperature, threshold });
  return { config: settled };
}

function givenThreshold({ decision }: TrainingConfig): number {
  return decision === undefined || decision.threshold === 'learn' ? EVEN : decision.threshold;
}
