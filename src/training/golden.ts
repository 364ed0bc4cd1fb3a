import type { GoldenRecords } from '../model/package/manifest.js';
import { type Examples, pick } from './examples.js';
import type { Random } from './random.js';
import { balancedSample } from './stratify.js';
import type { TrainedModel } from './trainer.js';

/** Records of a package, where the data set has as many rows. */
const GOLDEN_RECORDS = 40;
const DECIMALS = 7;

/** Inputs from every class, with what `model` answers to them. */
export function goldenRecords(model: Pick<TrainedModel, 'predict'>, examples: Examples, random: Random): GoldenRecords {
  const chosen = pick(examples, balancedSample(examples.labels, GOLDEN_RECORDS, random));
  const answers = model.predict(chosen.inputs);
  const classes = answers.length / chosen.rows.length;
  return {
    records: chosen.rows.map((input, row) => ({
      input,
      probabilities: Array.from(answers.subarray(row * classes, (row + 1) * classes), rounded),
    })),
  };
}

/** A softmax may exceed 1 by the last bit of a float32, which a probability must not. */
function rounded(probability: number): number {
  return Math.min(1, Number(probability.toFixed(DECIMALS)));
}
