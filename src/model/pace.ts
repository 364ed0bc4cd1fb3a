import type { OpenModel, Placement } from '../core/ports/inference-backend.js';
import type { RowEncoder } from '../encoding/row-encoder.js';
import type { GoldenRecords } from './package/manifest.js';

/** A model whose warm batch takes longer than this, in milliseconds, would keep health probes waiting: it gets workers. */
const INLINE_LIMIT_MS = 2;
/** How long one execution may keep the event loop, in milliseconds. */
const SLICE_MS = 4;
/** Rows of the batch that is timed: as many as every package has golden records. */
const TIMED_ROWS = 32;
const ROUNDS = 5;

/** Milliseconds that a warm batch of 32 rows takes: the median of five. Its rows are golden inputs. */
export async function timeBatch(model: OpenModel, encoder: RowEncoder, { records }: GoldenRecords): Promise<number> {
  const rows = records.slice(0, TIMED_ROWS).map(({ input }) => input);
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const batch = encoder.encode(rows);
    if (batch === undefined) throw new Error('The encoder refused inputs that it had accepted. This is a bug.');
    const started = performance.now();
    await model.run(batch);
    times.push(performance.now() - started);
  }
  return times.sort((a, b) => a - b)[ROUNDS >> 1]!;
}

/** Where a model belongs whose warm batch takes `batchMs`. */
export function placementFor(batchMs: number): Placement {
  return batchMs > INLINE_LIMIT_MS ? 'worker' : 'inline';
}

/**
 * Most rows of one execution: `maxRows`, or fewer where an inline model would keep the event loop for more than 4 ms.
 * Costs throughput (a large batch is more efficient) and keeps the probes alive.
 */
export function rowsOfSlice(placement: Placement, batchMs: number, maxRows: number): number {
  if (placement === 'worker') return maxRows;
  const rowMs = batchMs / TIMED_ROWS;
  return Math.max(1, Math.min(maxRows, Math.floor(SLICE_MS / rowMs)));
}
