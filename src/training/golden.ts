import type { Feature, Signature } from '../core/signature.js';
import { RowEncoder } from '../encoding/row-encoder.js';
import type { GoldenRecords } from '../model/package/manifest.js';
import type { DataRow } from './datasets/dataset.js';
import type { Examples } from './examples.js';
import type { Random } from './random.js';
import { balancedSample } from './stratify.js';
import type { TrainedModel } from './trainer.js';

/** Rows of the data set in a package, where there are as many. */
const SAMPLED_RECORDS = 40;
const DECIMALS = 7;

/** Inputs from every class and at the edges of the signature, with what `model` answers to them. */
export function goldenRecords(
  model: Pick<TrainedModel, 'predict'>,
  { rows, labels }: Examples,
  signature: Signature,
  random: Random,
): GoldenRecords {
  const sample = balancedSample(labels, SAMPLED_RECORDS, random).map((index) => rows.row(index));
  const inputs = [...sample, ...edgeInputs(sample, signature)];
  const batch = new RowEncoder(signature).encode(inputs);
  if (batch === undefined) throw new Error('The signature refuses a golden input. This is a bug.');
  const answers = model.predict(batch);
  const classes = signature.classes.length;
  return {
    records: inputs.map((input, row) => ({
      input,
      probabilities: Array.from(answers.subarray(row * classes, (row + 1) * classes), rounded),
    })),
  };
}

/** A real row with one value changed at a time: each gap that the signature fills, and each limit of its numbers. */
function edgeInputs(rows: readonly DataRow[], { features }: Signature): DataRow[] {
  const whole = rows.find((row) => Object.values(row).every((value) => value !== null)) ?? rows[0] ?? {};
  const gaps = features.filter(({ missing }) => missing.policy === 'default').map(({ name }) => ({ [name]: null }));
  const limits = features.flatMap((feature) => limitsOf(feature).map((limit) => ({ [feature.name]: limit })));
  const everyGap: DataRow[] = gaps.length > 1 ? [Object.assign({}, ...gaps) as DataRow] : [];
  return [...gaps, ...everyGap, ...limits].map((change) => ({ ...whole, ...change }));
}

/** The smallest and the largest accepted number. */
function limitsOf(feature: Feature): number[] {
  if (feature.kind !== 'number') return [];
  const { minimum, maximum, integer } = feature;
  const low = minimum !== null && integer ? Math.ceil(minimum) : minimum;
  const high = maximum !== null && integer ? Math.floor(maximum) : maximum;
  return [low, high].filter((limit) => limit !== null);
}

/** A softmax may exceed 1 by the last bit of a float32, which a probability must not. */
function rounded(probability: number): number {
  return Math.min(1, Number(probability.toFixed(DECIMALS)));
}
