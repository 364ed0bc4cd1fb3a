import type { Dataset } from './datasets/dataset.js';
import { type Examples, pick, reencode } from './examples.js';
import { learnSignature } from './learn-signature.js';
import { splitOf } from './partition.js';
import type { Progress } from './progress.js';
import { seededRandom } from './random.js';
import { helpfulTemperature } from './temperature.js';
import { fit } from './trainer.js';
import type { Recipe, TrainingConfig } from './training-config.js';

/** Part of the training rows that the temperature is chosen on. */
export const VALIDATION = 0.25;

/** Rows of `train` that are learnt from and rows that are only looked at, by whole groups where the data set has some. */
export function validationSplit(
  { groups }: Pick<Dataset, 'groups'>,
  { labels }: Pick<Examples, 'labels'>,
  train: readonly number[],
  seed: number,
): { readonly learnt: number[]; readonly validation: number[] } {
  const { train: inner, heldOut } = splitOf(
    groups === undefined ? {} : { groups: train.map((row) => groups[row]!) },
    train.map((row) => labels[row]!),
    VALIDATION,
    seededRandom(seed + 1),
  );
  const rowsAt = (places: readonly number[]) => places.map((place) => train[place]!);
  return { learnt: rowsAt(inner), validation: rowsAt(heldOut) };
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
  progress: Progress,
): Promise<Recipe> {
  const { temperature: wanted, ...others } = config.hyperparameters;
  if (wanted !== 'learn') return { ...config, hyperparameters: { ...others, temperature: wanted } };
  const { learnt, validation } = validationSplit(dataset, given, train, config.seed);
  const signature = learnSignature(config.signature, pick(given, learnt).rows);
  const phase = progress.start('Calibration', others.epochs);
  const model = await fit(reencode(pick(given, learnt), signature), {
    name: config.name,
    classes: signature.classes.length,
    seed: config.seed,
    hyperparameters: others,
    onEpoch: (report) => {
      phase.step(`epoch ${report.epoch}/${others.epochs}`, report);
      return undefined;
    },
  }).finally(() => {
    phase.end();
  });
  const { inputs, labels } = reencode(pick(given, validation), signature);
  const temperature = helpfulTemperature(labels, model.predict(inputs));
  model.dispose();
  return { ...config, hyperparameters: { ...others, temperature } };
}
