import type { GateThresholds } from '../core/rollout.js';
import { agreeingRowsOf, latencyRatioOf, type RolloutStatistics, rowsOf } from './rollout-statistics.js';

export interface GateVerdict {
  readonly state: 'undecided' | 'pass' | 'fail';
  /** What it rests on, a sentence each. */
  readonly reasons: readonly string[];
}

/** One threshold, with what was measured. */
interface Check {
  readonly failed: boolean;
  readonly text: string;
}

/**
 * Whether the candidate has shown what it has to. Undecided until both versions have answered `minRows` rows; before that
 * it fails as soon as no further row up to `minRows` could save the agreement or the error rate.
 */
export function judge(gate: GateThresholds, statistics: RolloutStatistics): GateVerdict {
  const rows = rowsOf(statistics);
  const early = [agreement(gate, statistics), errorRate(gate, statistics)];
  const complete = rows >= gate.minRows;
  const checks = complete ? [...early, latency(gate, statistics)] : early;
  const faults = checks.filter(({ failed }) => failed);
  const seen = `${rows} of ${gate.minRows} rows compared`;
  if (faults.length > 0) return { state: 'fail', reasons: [...faults.map(({ text }) => text), seen] };
  if (!complete) return { state: 'undecided', reasons: [seen] };
  return { state: 'pass', reasons: [...checks.map(({ text }) => text), seen] };
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

function latency({ maxLatencyRatio }: GateThresholds, statistics: RolloutStatistics): Check {
  const ratio = latencyRatioOf(statistics) ?? 0;
  const failed = ratio > maxLatencyRatio;
  return { failed, text: `latency ratio ${ratio.toFixed(2)} is ${failed ? 'beyond' : 'at most'} ${maxLatencyRatio}` };
}

function share(part: number, whole: number): string {
  return `${(whole === 0 ? 0 : part / whole).toFixed(4)} (${part} of ${whole} rows)`;
}
