import { type Decide, decideBy } from '../core/winners.js';
import type { Evaluation, Manifest, ManifestDecision, TradeOff } from '../model/package/manifest.js';
import { assess } from './assess.js';
import type { Dataset } from './datasets/dataset.js';
import { type Examples, pick } from './examples.js';
import { evaluate } from './metrics.js';
import type { EpochReport } from './progress.js';
import { seededRandom } from './random.js';
import { type Slices, slicesOf } from './slices.js';
import type { Split } from './stratify.js';
import { decisionOf, tradeOffOf } from './threshold.js';
import type { TrainedModel } from './trainer.js';
import type { Recipe } from './training-config.js';

const TENTHS = Array.from({ length: 9 }, (_, at) => (at + 1) / 10);
/** Where a curve over thresholds is drawn. */
const CURVE = Array.from({ length: 101 }, (_, at) => at / 100);

/** What one training run came to: nothing in it has seen the rows that its split holds out. */
export interface Run {
  readonly split: Split;
  readonly signature: Manifest['signature'];
  /** Every row, as the model sees it. */
  readonly examples: Examples;
  readonly model: TrainedModel;
  readonly learning: readonly EpochReport[];
}

/** What a threshold comes to on the held-out rows, and what others would. At 0.5 the likeliest class is answered. */
export interface DecisionFindings extends ManifestDecision {
  readonly curve: TradeOff;
}

interface SliceOptions {
  readonly dataset: Dataset;
  /** Columns. */
  readonly slices?: readonly string[];
  readonly config: Recipe;
}

/** What the model answers to the rows that it has not seen. */
export function measure({ split, signature, examples, model }: Run, decide: Decide): Measurement {
  const { inputs, labels } = pick(examples, split.heldOut);
  const probabilities = model.predict(inputs);
  const names = signature.classes.map(({ label }) => label);
  return { labels, probabilities, evaluation: evaluate(labels, probabilities, names, decide) };
}

export interface Measurement {
  readonly labels: readonly number[];
  readonly probabilities: Float32Array;
  readonly evaluation: Evaluation;
}

/** The rule by which this recipe's model decides. */
export function decideIn({ signature, decision }: Recipe): Decide {
  return decideBy(signature.provisional.classes, decisionOf(decision));
}

/** Undefined where the training file names no class of interest. */
export function decisionFindings(
  { signature, decision }: Recipe,
  { labels, probabilities }: Measurement,
): DecisionFindings | undefined {
  if (decision === undefined) return undefined;
  const { positive, threshold, criterion = 'given' } = decision;
  const index = signature.provisional.classes.findIndex(({ label }) => label === positive);
  const drawn = [...new Set([...CURVE, threshold])].sort((a, b) => a - b);
  return { positive, threshold, criterion, curve: tradeOffOf({ labels, probabilities }, index, drawn) };
}

/** For the manifest: tenths, and the threshold itself. */
export function tradeOffIn(
  { signature, decision }: Recipe,
  { labels, probabilities }: Measurement,
): Partial<Evaluation> {
  const packaged = decisionOf(decision);
  if (packaged === undefined) return {};
  const index = signature.provisional.classes.findIndex(({ label }) => label === packaged.positive);
  const thresholds = [...new Set([...TENTHS, packaged.threshold])].sort((a, b) => a - b);
  return { tradeOff: tradeOffOf({ labels, probabilities }, index, thresholds) };
}

/** More about the same rows: the areas, intervals, importance, and worst errors of `assess`. */
export function assessRun(
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

/** By the values of the columns that were asked for. */
export function slicesIn(
  { split, signature, examples }: Run,
  probabilities: Float32Array,
  { dataset, slices = [], config }: SliceOptions,
): Slices[] {
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
