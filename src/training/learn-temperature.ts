import type { Dataset } from './datasets/dataset.js';
import { type Examples, pick, reencode } from './examples.js';
import { learnSignature } from './learn-signature.js';
import { Latch } from './latch.js';
import type { EpochReport, Progress } from './progress.js';
import { helpfulTemperature } from './temperature.js';
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

/** A recipe with its temperature, and the network that it was learnt from when somebody wants no better one. */
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
 * The recipe with the temperature that it asks to be learnt: trained once on three quarters of the training rows, judged on
 * the rest. The held-out rows of the metrics are not looked at.
 */
export async function learnTemperature(
  config: TrainingConfig,
  dataset: Dataset,
  given: Examples,
  train: readonly number[],
  { progress, stopAsked, checkpoint }: CalibrationOptions,
): Promise<Calibrated> {
  const { temperature: wanted, ...others } = config.hyperparameters;
  const known = wanted === 'learn' ? checkpoint.done.temperature : wanted;
  const recipeAt = (temperature: number | undefined) => ({ ...config, hyperparameters: { ...others, temperature } });
  if (wanted !== 'learn' || known !== undefined) return { config: recipeAt(known) };
  const { learnt, validation } = validationSplit(dataset, given, train, config.seed);
  const signature = learnSignature(config.signature, pick(given, learnt).rows);
  const phase = progress.start('Calibration', others.epochs);
  const learning: EpochReport[] = [];
  const latch = new Latch(stopAsked);
  const model = await fit(reencode(pick(given, learnt), signature), {
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
  const { inputs, labels } = reencode(pick(given, validation), signature);
  const temperature = helpfulTemperature(labels, model.predict(inputs));
  if (latch.taken) {
    model.soften(temperature);
    return { config: recipeAt(temperature), kept: { model, signature, learnt, learning } };
  }
  model.dispose();
  checkpoint.save({ temperature });
  return { config: recipeAt(temperature) };
}
