import type { Rollout } from '../core/rollout.js';
import { judge, type LiveComparison } from './gate.js';
import {
  agreeingRowsOf,
  latencyRatioOf,
  type RolloutStatistics,
  rowsOf,
  type VersionTally,
} from './rollout-statistics.js';
import type { RolloutStatisticsDto, RolloutStatus, VersionStatistics } from './rollout-status.dto.js';
import { medianOf } from './time-histogram.js';

/** A rollout as the interface shows it; `statistics` are null when no process has any. */
export function describeRollout(
  model: string,
  rollout: Rollout,
  statistics: RolloutStatistics | null,
  live: LiveComparison | null,
): RolloutStatus {
  const { current, candidate, mode, percent, stickyHeader, gate, onPass, onFail, startedAt, settled } = rollout;
  return {
    model,
    current,
    candidate,
    mode,
    percent,
    stickyHeader: stickyHeader ?? null,
    gate,
    onPass,
    onFail,
    startedAt,
    state: settled?.outcome ?? 'running',
    reasons: settled?.reasons ?? [],
    verdict: statistics === null ? null : judge(gate, statistics, live),
    statistics: statistics === null ? null : describeStatistics(statistics),
    live,
  };
}

function describeStatistics(statistics: RolloutStatistics): RolloutStatisticsDto {
  const { labels, confusionMatrix, scoreChange, worst, dropped, current, candidate } = statistics;
  const rows = rowsOf(statistics);
  return {
    rows,
    dropped,
    agreement: rows === 0 ? null : agreeingRowsOf(statistics) / rows,
    labels,
    confusionMatrix,
    meanScoreChange: rows === 0 ? null : scoreChange / rows,
    worstDisagreements: worst,
    current: describeVersion(current),
    candidate: describeVersion(candidate),
    latencyRatio: latencyRatioOf(statistics),
  };
}

function describeVersion({ rows, errors, times }: VersionTally): VersionStatistics {
  return { rows, errors, errorRate: rows === 0 ? 0 : errors / rows, rowMs: medianOf(times) };
}
