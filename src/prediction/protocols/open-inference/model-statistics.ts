import type { Slot } from '../../../model/slot.js';
import type { Duration } from '../../../model/slot-statistics.js';

interface StatisticDuration {
  readonly count: number;
  readonly ns: number;
}

const NANOSECONDS = 1e6;

/** What a version has done since it was activated, as the statistics extension has it. */
export function modelStatistics({ manifest: { name, version }, statistics }: Slot) {
  const none: Duration = { count: 0, milliseconds: 0 };
  return {
    name,
    version,
    last_inference: statistics.lastRequest,
    inference_count: statistics.rows,
    execution_count: statistics.executions,
    inference_stats: {
      success: inNanoseconds(statistics.success),
      fail: inNanoseconds(statistics.failure),
      queue: inNanoseconds(statistics.queue),
      compute_input: inNanoseconds(statistics.encode),
      compute_infer: inNanoseconds(statistics.infer),
      compute_output: inNanoseconds(statistics.output),
      cache_hit: inNanoseconds(none),
      cache_miss: inNanoseconds(none),
    },
    // Reading and writing is done by the request and not by the execution, so an execution has only its own time.
    batch_stats: statistics.bySize().map(({ rows, duration }) => ({
      batch_size: rows,
      compute_input: inNanoseconds(none),
      compute_infer: inNanoseconds(duration),
      compute_output: inNanoseconds(none),
    })),
  };
}

export type ModelStatistics = ReturnType<typeof modelStatistics>;

function inNanoseconds({ count, milliseconds }: Duration): StatisticDuration {
  return { count, ns: Math.round(milliseconds * NANOSECONDS) };
}
