import type { Prediction } from '../core/prediction.js';
import type { Row } from '../core/signature.js';
import { addTimes, medianOf, NO_TIMES, type TimeHistogram, timeOf } from './time-histogram.js';

/** Disagreements that are kept. */
const MOST_KEPT = 10;
/** Shorter executions count as this long, in milliseconds: below it one measures the event loop and not the model. */
const SHORTEST_EXECUTION_MS = 0.02;

/** What the rollout has asked of one version. */
export interface VersionTally {
  readonly rows: number;
  /** Rows of requests that it failed to answer. */
  readonly errors: number;
  /** Inference time per row, once a request. */
  readonly times: TimeHistogram;
}

export interface Verdict {
  readonly label: string;
  readonly probability: number;
}

/** A row that the two versions put into different classes. */
export interface Disagreement {
  /** As the client sent it, with sensitive values covered. */
  readonly input: Row;
  readonly current: Verdict;
  readonly candidate: Verdict;
  readonly scoreChange: number;
}

/** What a rollout has shown so far. Plain data, and additive: see `merge`. */
export interface RolloutStatistics {
  readonly labels: readonly string[];
  /** Counts of rows: a row for each class of the current version, a column for each class of the candidate. */
  readonly confusionMatrix: readonly (readonly number[])[];
  /** Sum over rows of the total variation distance between the two answers: half of what the probabilities moved, 0 to 1. */
  readonly scoreChange: number;
  /** The rows of different class whose scores moved most, each input once. */
  readonly worst: readonly Disagreement[];
  /** Rows that could not be compared: the queue was full, or a version was not loaded. */
  readonly dropped: number;
  readonly current: VersionTally;
  readonly candidate: VersionTally;
}

const NOTHING: VersionTally = { rows: 0, errors: 0, times: NO_TIMES };

export function noStatistics(labels: readonly string[]): RolloutStatistics {
  return {
    labels,
    confusionMatrix: labels.map(() => labels.map(() => 0)),
    scoreChange: 0,
    worst: [],
    dropped: 0,
    current: NOTHING,
    candidate: NOTHING,
  };
}

/**
 * The statistics of one request that both versions have answered.
 *
 * @param inputs its rows, fit to be shown; asked for only when one of them is worth keeping.
 * @param least a disagreement is worth keeping when the scores moved by more than this.
 */
export function compared(
  current: Prediction,
  candidate: Prediction,
  inputs: () => readonly Row[],
  least = -1,
): RolloutStatistics {
  const labels = current.classes.map(({ label }) => label);
  const confusionMatrix = labels.map(() => labels.map(() => 0));
  const changes = scoreChanges(current, candidate, labels.length);
  const differing: number[] = [];
  current.winners.forEach((was, row) => {
    const is = candidate.winners[row]!;
    confusionMatrix[was]![is]! += 1;
    if (was !== is && changes[row]! > least) differing.push(row);
  });
  const rows = differing.length === 0 ? [] : inputs();
  const worst = differing.map((row) => ({
    input: rows[row]!,
    current: verdictOf(current, row),
    candidate: verdictOf(candidate, row),
    scoreChange: changes[row]!,
  }));
  return {
    labels,
    confusionMatrix,
    scoreChange: changes.reduce((sum, change) => sum + change, 0),
    worst: mostChanged(worst),
    dropped: 0,
    current: answered(current),
    candidate: answered(candidate),
  };
}

/** The statistics of one request that a version has failed to answer. */
export function failed(labels: readonly string[], version: 'current' | 'candidate', rows: number): RolloutStatistics {
  return { ...noStatistics(labels), [version]: { rows, errors: rows, times: NO_TIMES } };
}

/** The statistics of one request that was not compared. */
export function dropped(labels: readonly string[], rows: number): RolloutStatistics {
  return { ...noStatistics(labels), dropped: rows };
}

/** The statistics of both parts together. The order and the grouping of parts make no difference. */
export function merge(a: RolloutStatistics, b: RolloutStatistics): RolloutStatistics {
  return {
    labels: a.labels,
    confusionMatrix: a.confusionMatrix.map((counts, was) =>
      counts.map((count, is) => count + b.confusionMatrix[was]![is]!),
    ),
    scoreChange: a.scoreChange + b.scoreChange,
    worst: b.worst.length === 0 ? a.worst : mostChanged([...a.worst, ...b.worst]),
    dropped: a.dropped + b.dropped,
    current: addTallies(a.current, b.current),
    candidate: addTallies(a.candidate, b.candidate),
  };
}

/** How far the scores must have moved for a disagreement to be among the worst; below 0 while there is room. */
export function leastOfWorst({ worst }: RolloutStatistics): number {
  return worst.length < MOST_KEPT ? -1 : worst.at(-1)!.scoreChange;
}

/** Rows that both versions have answered. */
export function rowsOf({ confusionMatrix }: RolloutStatistics): number {
  return confusionMatrix.flat().reduce((sum, count) => sum + count, 0);
}

/** Rows that both versions have put into the same class. */
export function agreeingRowsOf({ confusionMatrix }: RolloutStatistics): number {
  return confusionMatrix.reduce((sum, counts, index) => sum + counts[index]!, 0);
}

/** The candidate's median time per row by the current version's, or null when neither was measured. */
export function latencyRatioOf({ current, candidate }: RolloutStatistics): number | null {
  const [before, after] = [medianOf(current.times), medianOf(candidate.times)];
  return before === null || after === null ? null : after / before;
}

/** Total variation distance between the two answers to each row. */
function scoreChanges(current: Prediction, candidate: Prediction, width: number): number[] {
  const changes = Array.from(current.winners, () => 0);
  current.probabilities.forEach((probability, place) => {
    changes[Math.floor(place / width)]! += Math.abs(probability - candidate.probabilities[place]!) / 2;
  });
  return changes;
}

function verdictOf({ classes, winners, probabilities }: Prediction, row: number): Verdict {
  const winner = winners[row]!;
  return { label: classes[winner]!.label, probability: probabilities[row * classes.length + winner]! };
}

/** A row's share of the execution that it rode in, with whoever rode along. */
function answered({ winners: { length: rows }, batchRows, timing }: Prediction): VersionTally {
  const rowMs = Math.max(timing.infer, SHORTEST_EXECUTION_MS) / Math.max(rows, batchRows);
  return { rows, errors: 0, times: timeOf(rowMs) };
}

function addTallies(a: VersionTally, b: VersionTally): VersionTally {
  return { rows: a.rows + b.rows, errors: a.errors + b.errors, times: addTimes(a.times, b.times) };
}

function mostChanged(disagreements: readonly Disagreement[]): readonly Disagreement[] {
  const byInput = new Map<string, Disagreement>();
  for (const found of disagreements) {
    const key = JSON.stringify(found.input);
    const kept = byInput.get(key);
    if (kept === undefined || kept.scoreChange < found.scoreChange) byInput.set(key, found);
  }
  return [...byInput]
    .sort(([keyA, a], [keyB, b]) => b.scoreChange - a.scoreChange || (keyA < keyB ? -1 : 1))
    .slice(0, MOST_KEPT)
    .map(([, found]) => found);
}
