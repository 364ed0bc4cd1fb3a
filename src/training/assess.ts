import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { type Decide, winnersOf } from '../core/winners.js';
import type { RowBatch } from '../core/row-batch.js';
import type { Signature } from '../core/signature.js';
import { columnOf } from '../encoding/placement.js';
import { layOut } from '../encoding/row-layout.js';
import type { Examples } from './examples.js';
import { type Random, shuffle } from './random.js';
import { averagePrecision, type Curve, rocArea, rocCurve, precisionRecall } from './ranking.js';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** What answers to rows whose class is known say, beside the metrics of a manifest. */
export interface Judgement {
  readonly balancedAccuracy: number;
  /** Mean over the classes, each against the rest. */
  readonly rocArea: number;
  /** Average precision, mean over the classes. */
  readonly prArea: number;
  /** Mean squared distance between probabilities and truth, summed over the classes: 0 to 2. */
  readonly brier: number;
  /** 95 %, by bootstrap over the held-out rows. */
  readonly intervals: { readonly accuracy: Interval; readonly macroF1: Interval };
  readonly curves: readonly { readonly label: string; readonly roc: Curve; readonly pr: Curve }[];
  /** The rows that the model was most certain of, and wrong. */
  readonly worst: readonly {
    readonly row: number;
    readonly truth: number;
    readonly winner: number;
    readonly probability: number;
  }[];
}

export type ImportanceMeasure = 'accuracy' | 'balanced accuracy';

/** What is known of a model beside its manifest's metrics, all of it of the held-out rows. */
export interface Assessment extends Judgement {
  /** What the importance is a loss of: see `measureOf`. */
  readonly importanceMeasure: ImportanceMeasure;
  /** How much of it is lost when the feature's values are shuffled; the largest first. */
  readonly importance: readonly { readonly feature: string; readonly loss: number; readonly deviation: number }[];
}

const RESAMPLES = 500;
const SHUFFLES = 3;
const WORST = 10;
/** Rows that the importance is measured on at most. */
const IMPORTANCE_ROWS = 2_000;

export interface Assessed {
  readonly examples: Examples;
  readonly probabilities: Float32Array;
  readonly signature: Signature;
  readonly predict: (inputs: RowBatch) => Float32Array;
  /** Which class is answered. @default the likeliest one */
  readonly decide?: Decide;
}

export function assess(
  { examples, probabilities, signature, predict, decide = winnersOf }: Assessed,
  random: Random,
): Assessment {
  const { labels, inputs } = examples;
  const judgement = judge(labels, probabilities, signature, random, decide);
  const measure = measureOf(decide);
  const shuffled = { inputs, labels, signature, predict, decide, measure };
  return { ...judgement, importanceMeasure: measure, importance: importanceOf(shuffled, random) };
}

/**
 * Accuracy, but the balanced one where a threshold decides: that gives up accuracy for the class of interest, so a model that
 * no longer knows a feature could gain accuracy by it.
 */
function measureOf(decide: Decide): ImportanceMeasure {
  return decide === winnersOf ? 'accuracy' : 'balanced accuracy';
}

const MEASURES: Readonly<Record<ImportanceMeasure, (labels: readonly number[], winners: Winners) => number>> = {
  accuracy: (labels, winners) => labels.filter((label, row) => winners[row] === label).length / labels.length,
  'balanced accuracy': balancedAccuracyOf,
};

/**
 * @param labels class index of each row.
 * @param probabilities shape [rows, classes], row-major.
 * @param decide which class is answered.
 */
export function judge(
  labels: readonly number[],
  probabilities: Float32Array,
  signature: Pick<Signature, 'classes'>,
  random: Random,
  decide: Decide = winnersOf,
): Judgement {
  const classes = signature.classes.length;
  const winners = decide(probabilities, labels.length);
  const present = presentIn(labels);
  const curves = present.map((label) => {
    const scores = labels.map((_, row) => probabilities[row * classes + label]!);
    const truths = labels.map((truth) => truth === label);
    return { label: signature.classes[label]!.label, scores, truths };
  });
  const mixed = curves.filter(({ truths }) => truths.includes(false));
  return {
    balancedAccuracy: balancedAccuracyOf(labels, winners),
    rocArea: mean(mixed.map(({ scores, truths }) => rocArea(scores, truths))),
    prArea: mean(mixed.map(({ scores, truths }) => averagePrecision(scores, truths))),
    brier: brierOf(labels, probabilities, classes),
    intervals: intervalsOf(labels, winners, classes, random),
    curves: mixed.map(({ label, scores, truths }) => ({
      label,
      roc: rocCurve(scores, truths),
      pr: precisionRecall(scores, truths),
    })),
    worst: [...labels.keys()]
      .filter((row) => winners[row] !== labels[row])
      .map((row) => ({
        row,
        truth: labels[row]!,
        winner: winners[row]!,
        probability: probabilities[row * classes + winners[row]!]!,
      }))
      .sort((a, b) => b.probability - a.probability)
      .slice(0, WORST),
  };
}

type Winners = ArrayLike<number>;

/** The classes that occur. */
function presentIn(labels: readonly number[]): number[] {
  return [...new Set(labels)].sort((a, b) => a - b);
}

/** Mean recall of the classes that occur. */
export function balancedAccuracyOf(labels: readonly number[], winners: Winners): number {
  return mean(presentIn(labels).map((label) => recallOf(label, labels, winners)));
}

function recallOf(label: number, labels: readonly number[], winners: Winners): number {
  const rows = [...labels.keys()].filter((row) => labels[row] === label);
  return rows.filter((row) => winners[row] === label).length / rows.length;
}

function brierOf(labels: readonly number[], probabilities: Float32Array, classes: number): number {
  let total = 0;
  probabilities.forEach((probability, place) => {
    const truth = labels[Math.floor(place / classes)] === place % classes ? 1 : 0;
    total += (probability - truth) ** 2;
  });
  return total / labels.length;
}

/** 95 %, by bootstrap over the rows. */
export function intervalsOf(
  labels: readonly number[],
  winners: Winners,
  classes: number,
  random: Random,
): Judgement['intervals'] {
  const accuracies: number[] = [];
  const scores: number[] = [];
  const rows = labels.length;
  const hits = new Float64Array(classes);
  const sizes = new Float64Array(classes);
  for (let sample = 0; sample < RESAMPLES; sample += 1) {
    hits.fill(0);
    sizes.fill(0);
    for (let left = rows; left > 0; left -= 1) {
      const row = uniformInt(random, 0, rows - 1);
      const [truth, winner] = [labels[row]!, winners[row]!];
      sizes[truth]! += 1;
      sizes[winner]! += 1;
      if (truth === winner) hits[truth]! += 1;
    }
    accuracies.push(hits.reduce((sum, count) => sum + count, 0) / labels.length);
    scores.push(mean(Array.from(hits, (count, label) => (sizes[label] === 0 ? 0 : (2 * count) / sizes[label]!))));
  }
  return { accuracy: interval(accuracies), macroF1: interval(scores) };
}

function interval(values: number[]): Interval {
  values.sort((a, b) => a - b);
  const at = (part: number) => values[Math.round(part * (values.length - 1))]!;
  return { low: at(0.025), high: at(0.975) };
}

/** Breiman's permutation importance, of the columns that one feature is encoded to. */
function importanceOf(
  {
    inputs,
    labels,
    signature,
    predict,
    decide,
    measure,
  }: Required<Pick<Assessed, 'signature' | 'predict' | 'decide'>> &
    Pick<Examples, 'inputs' | 'labels'> & { readonly measure: ImportanceMeasure },
  random: Random,
): Assessment['importance'] {
  const rows = Math.min(inputs.rows, IMPORTANCE_ROWS);
  const { width } = inputs;
  const data = inputs.data.slice(0, rows * width);
  const truths = labels.slice(0, rows);
  const valueOf = (changed: Float32Array) =>
    MEASURES[measure](truths, decide(predict({ data: changed, rows, width }), rows));
  const whole = valueOf(data);
  const { placed } = layOut(signature, 'columns');
  return placed
    .map(({ feature, placement }, place) => {
      const offset = columnOf(placement);
      const next = placed[place + 1];
      const columns = (next === undefined ? width : columnOf(next.placement)) - offset;
      const losses = Array.from({ length: SHUFFLES }, () => {
        const order = Array.from({ length: rows }, (_, row) => row);
        shuffle(order, random);
        const changed = data.slice();
        order.forEach((from, to) => {
          const start = from * width + offset;
          changed.set(data.subarray(start, start + columns), to * width + offset);
        });
        return whole - valueOf(changed);
      });
      const loss = mean(losses);
      return { feature: feature.name, loss, deviation: Math.sqrt(mean(losses.map((value) => (value - loss) ** 2))) };
    })
    .sort((a, b) => b.loss - a.loss);
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((total, value) => total + value, 0) / values.length;
}
