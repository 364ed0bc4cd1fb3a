import { wilson } from '../core/proportions.js';
import type { ModelTallies, Tally } from './store/messages.js';

export interface LiveClass {
  readonly label: string;
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f1: number | null;
  /** Labelled rows of this class. */
  readonly support: number;
}

export interface LiveBin {
  /** Mean confidence of the rows. */
  readonly confidence: number;
  readonly accuracy: number;
  readonly rows: number;
}

/** How well a version did on the rows whose true class is known by now. */
export interface LiveQuality {
  readonly rows: number;
  readonly accuracy: number;
  /** Wilson's score interval, 95 %. */
  readonly interval: { readonly lower: number; readonly upper: number };
  readonly perClass: readonly LiveClass[];
  /** Rows: true class; columns: predicted class; in the order of `perClass`. */
  readonly confusionMatrix: readonly (readonly number[])[];
  readonly calibration: {
    /** Mean distance between confidence and accuracy over the bins, weighted by their rows. */
    readonly expectedCalibrationError: number;
    readonly reliability: readonly LiveBin[];
  };
}

/** The quality of each version that has labels, by version. */
export function qualities({ classes, tallies }: ModelTallies): ReadonlyMap<string, LiveQuality> {
  return new Map(
    Object.entries(classes).map(([version, labels]) => [
      version,
      qualityOf(
        labels,
        tallies.filter((tally) => tally.version === version),
      ),
    ]),
  );
}

/** Unlike at training, a ratio without rows is null: of live traffic one may not know anything of a class yet. */
export function qualityOf(labels: readonly string[], tallies: readonly Tally[]): LiveQuality {
  const index = new Map(labels.map((label, at) => [label, at]));
  const confusionMatrix = labels.map(() => labels.map(() => 0));
  for (const { label, predicted, rows } of tallies) confusionMatrix[index.get(label)!]![index.get(predicted)!]! += rows;
  const rows = sum(tallies.map((tally) => tally.rows));
  const correct = sum(labels.map((_, at) => confusionMatrix[at]![at]!));
  return {
    rows,
    accuracy: correct / rows,
    interval: wilson({ correct, rows }),
    perClass: labels.map((label, at) => ({ label, ...classOf(confusionMatrix, at) })),
    confusionMatrix,
    calibration: calibrationOf(tallies, rows),
  };
}

function classOf(matrix: readonly (readonly number[])[], at: number) {
  const hits = matrix[at]![at]!;
  const support = sum(matrix[at]!);
  const predicted = sum(matrix.map((counts) => counts[at]!));
  return {
    precision: ratio(hits, predicted),
    recall: ratio(hits, support),
    f1: ratio(2 * hits, predicted + support),
    support,
  };
}

function calibrationOf(tallies: readonly Tally[], rows: number): LiveQuality['calibration'] {
  const reliability = [...new Set(tallies.map(({ bin }) => bin))]
    .sort((a, b) => a - b)
    .map((bin): LiveBin => {
      const own = tallies.filter((tally) => tally.bin === bin);
      const within = sum(own.map((tally) => tally.rows));
      const correct = sum(own.filter(({ label, predicted }) => label === predicted).map((tally) => tally.rows));
      return {
        confidence: sum(own.map(({ confidence }) => confidence)) / within,
        accuracy: correct / within,
        rows: within,
      };
    });
  const distance = sum(reliability.map((bin) => bin.rows * Math.abs(bin.accuracy - bin.confidence)));
  return { expectedCalibrationError: distance / rows, reliability };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
