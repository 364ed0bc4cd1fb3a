import type { LabelledRows } from '../core/ports/outcomes.js';
import { differenceInterval } from '../core/proportions.js';
import type { GateThresholds } from '../core/rollout.js';
import { agreeingRowsOf, latencyRatioOf, type RolloutStatistics, rowsOf } from './rollout-statistics.js';

export interface GateVerdict {
  readonly state: 'undecided' | 'pass' | 'fail';
  /** What it rests on, a sentence each. */
  readonly reasons: readonly string[];
}

/** What has become of the predictions that each version made since the rollout began. */
export interface LiveComparison {
  readonly current: LabelledRows;
  readonly candidate: LabelledRows;
}

/** Labels that each version must have before they are compared. */
const FEWEST_LABELS = 30;
/**
 * 99.9 %, one-sided. The gate looks again and again, and each look may be wrong: of equal versions, looked at after every label up to
 * 4,000, fewer than 2 % fail.
 */
const Z = 3.090232306167813;

/** One threshold, with what was measured. */
interface Check {
  readonly failed: boolean;
  readonly text: string;
}

/**
 * Whether the candidate has shown what it has to. Undecided until both versions have answered `minRows` rows and have `minLabels`
 * labels each; before that it fails as soon as no further row up to `minRows` could save the agreement or the error rate, or
 * the labels say that it is worse.
 *
 * @param live null where there are no labels.
 */
export function judge(
  gate: GateThresholds,
  statistics: RolloutStatistics,
  live: LiveComparison | null = null,
): GateVerdict {
  const rows = rowsOf(statistics);
  const labels = live === null ? 0 : Math.min(live.current.rows, live.candidate.rows);
  const early = [agreement(gate, statistics), errorRate(gate, statistics)];
  if (live !== null && labels >= FEWEST_LABELS) early.push(accuracy(live));
  const complete = rows >= gate.minRows && labels >= gate.minLabels;
  const checks = complete ? [...early, latency(gate, statistics)] : early;
  const faults = checks.filter(({ failed }) => failed);
  const labelled = gate.minLabels === 0 ? [] : [`${labels} of ${gate.minLabels} labels for each version`];
  const seen = [`${rows} of ${gate.minRows} rows compared`, ...labelled];
  if (faults.length > 0) return { state: 'fail', reasons: [...faults.map(({ text }) => text), ...seen] };
  if (!complete) return { state: 'undecided', reasons: seen };
  return { state: 'pass', reasons: [...checks.map(({ text }) => text), ...seen] };
}

/** At best: as if all rows that are still missing agreed. */
function agreement({ minRows, minAgreement }: GateThresholds, statistics: RolloutStatistics): Check {
  const rows = rowsOf(statistics);
  const agreeing = agreeingRowsOf(statistics);
  const expected = Math.max(rows, minRows);
  const failed = (expected - (rows - agreeing)) / expected < minAgreement;
  const measured = `agreement ${share(agreeing, rows)}`;
  return { failed, text: `${measured} is ${failed ? 'out of reach of' : 'at least'} ${minAgreement}` };
}

/** At best: as if all rows that are still missing were answered. */
function errorRate({ minRows, maxErrorRate }: GateThresholds, statistics: RolloutStatistics): Check {
  const { rows, errors } = statistics.candidate;
  const failed = errors / (Math.max(rowsOf(statistics), minRows) + errors) > maxErrorRate;
  const measured = `error rate ${share(errors, rows)}`;
  return { failed, text: `${measured} is ${failed ? 'beyond' : 'at most'} ${maxErrorRate}` };
}

/** By Newcombe's interval of the difference: even the best of what it holds is below zero. */
function accuracy({ current, candidate }: LiveComparison): Check {
  const failed = differenceInterval(candidate, current, Z).upper < 0;
  const [after, before] = [candidate, current].map(({ correct, rows }) => share(correct, rows));
  return {
    failed,
    text: `live accuracy ${after} is ${failed ? 'significantly worse than' : 'not significantly worse than'} ${before}`,
  };
}

function latency({ maxLatencyRatio }: GateThresholds, statistics: RolloutStatistics): Check {
  const ratio = latencyRatioOf(statistics) ?? 0;
  const failed = ratio > maxLatencyRatio;
  return { failed, text: `latency ratio ${ratio.toFixed(2)} is ${failed ? 'beyond' : 'at most'} ${maxLatencyRatio}` };
}

function share(part: number, whole: number): string {
  return `${(whole === 0 ? 0 : part / whole).toFixed(4)} (${part} of ${whole} rows)`;
}
