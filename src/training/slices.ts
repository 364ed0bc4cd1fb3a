import type { Interval } from './assess.js';
import { balancedAccuracyOf, intervalsOf } from './assess.js';
import { calibrationOf } from './calibration.js';
import type { Value } from './datasets/dataset.js';
import { metric } from './evaluation-tables.js';
import { evaluate } from './metrics.js';
import type { Random } from './random.js';
import type { Cells } from './text-tables.js';
import { TrainingError } from './training-error.js';
import { type Decide, winnersOf } from '../core/winners.js';

/** How a model does on the rows with one value of a column, or with values of one range. */
export interface Slice {
  readonly value: string;
  readonly rows: number;
  readonly accuracy: number;
  /** 95 %, by bootstrap over the rows of the slice. */
  readonly interval: Interval;
  /** Mean recall of the classes that occur. */
  readonly balancedAccuracy: number;
  readonly logLoss: number;
  readonly expectedCalibrationError: number;
}

export interface Slices {
  readonly column: string;
  /** The largest first; ranges from low to high. */
  readonly slices: readonly Slice[];
}

/** Answers to rows whose truth is known. */
export interface Judged {
  /** Class index of each row. */
  readonly labels: readonly number[];
  /** Shape [rows, classes], row-major. */
  readonly probabilities: Float32Array;
  readonly classes: readonly string[];
  /** Which class is answered. @default the likeliest one */
  readonly decide?: Decide;
}

/** From this many different numbers on, a column is cut into quarters. */
const MANY_NUMBERS = 12;
const MOST_SLICES = 50;
const MISSING = '(missing)';

/** @param values the column's value in each row. */
export function slicesOf(judged: Judged, column: string, values: readonly Value[], random: Random): Slices {
  const groups = new Map<string, number[]>();
  const name = namer(values);
  values.forEach((value, row) => {
    const key = name(value);
    const rows = groups.get(key);
    if (rows === undefined) groups.set(key, [row]);
    else rows.push(row);
  });
  if (groups.size > MOST_SLICES) {
    throw new TrainingError(`--slice: "${column}" has ${groups.size} different values; ${MOST_SLICES} slices at most.`);
  }
  const slices = [...groups].map(([value, rows]) => sliceOf(judged, value, rows, random));
  return { column, slices: slices.sort((a, b) => b.rows - a.rows || a.value.localeCompare(b.value)) };
}

function namer(values: readonly Value[]): (value: Value) => string {
  const numbers = values.filter((value) => typeof value === 'number').sort((a, b) => a - b);
  const present = values.filter((value) => value !== null);
  if (numbers.length < present.length || new Set(numbers).size < MANY_NUMBERS) {
    return (value) => (value === null ? MISSING : String(value));
  }
  const edges = [0, 0.25, 0.5, 0.75, 1].map((part) => numbers[Math.round(part * (numbers.length - 1))]!);
  return (value) => {
    if (value === null) return MISSING;
    const place = Math.max(0, [1, 2, 3].findLastIndex((edge) => Number(value) >= edges[edge]!) + 1);
    return `${edges[place]!} to ${place === 3 ? '' : 'below '}${edges[place + 1]!}`;
  };
}

function sliceOf(
  { labels, probabilities, classes, decide = winnersOf }: Judged,
  value: string,
  rows: readonly number[],
  random: Random,
): Slice {
  const width = classes.length;
  const truths = rows.map((row) => labels[row]!);
  const answers = new Float32Array(rows.length * width);
  rows.forEach((row, at) => {
    answers.set(probabilities.subarray(row * width, (row + 1) * width), at * width);
  });
  const winners = decide(answers, rows.length);
  const { accuracy, logLoss } = evaluate(truths, answers, classes, decide);
  return {
    value,
    rows: rows.length,
    accuracy,
    interval: intervalsOf(truths, winners, width, random).accuracy,
    balancedAccuracy: balancedAccuracyOf(truths, winners),
    logLoss,
    expectedCalibrationError: calibrationOf(truths, answers, 1, decide).expectedCalibrationError,
  };
}

export function sliceCells({ column, slices }: Slices): Cells {
  return [
    [column, 'rows', 'accuracy', '95 %', 'balanced accuracy', 'log-loss', 'calibration error'],
    ...slices.map((slice) => [
      slice.value,
      String(slice.rows),
      metric(slice.accuracy),
      `${metric(slice.interval.low)} to ${metric(slice.interval.high)}`,
      ...[slice.balancedAccuracy, slice.logLoss, slice.expectedCalibrationError].map(metric),
    ]),
  ];
}
