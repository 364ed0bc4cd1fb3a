/** Each bucket is 5 % wider than the one before it, so a quantile is right to within 5 %. */
const WIDTH = Math.log(1.05);
/** Where the first bucket begins, in milliseconds. */
const SHORTEST_MS = 1e-6;
/** Up to about 15 s; what is longer counts as that. */
const BUCKETS = 480;

/** How often each span of time occurred. Histograms add up bucket by bucket, so a group's processes can be joined. */
export type TimeHistogram = readonly number[];

export const NO_TIMES: TimeHistogram = Array.from({ length: BUCKETS }, () => 0);

/** A histogram of one time, in milliseconds. */
export function timeOf(ms: number): TimeHistogram {
  const bucket = Math.floor(Math.log(Math.max(ms, SHORTEST_MS) / SHORTEST_MS) / WIDTH);
  return NO_TIMES.with(Math.min(bucket, BUCKETS - 1), 1);
}

export function addTimes(a: TimeHistogram, b: TimeHistogram): TimeHistogram {
  return a.map((count, bucket) => count + b[bucket]!);
}

/** The median in milliseconds, or null when there is no time. */
export function medianOf(times: TimeHistogram): number | null {
  const total = times.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  let seen = 0;
  const bucket = times.findIndex((count) => (seen += count) >= total / 2);
  return SHORTEST_MS * Math.exp((bucket + 0.5) * WIDTH);
}
