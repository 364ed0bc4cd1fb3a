import { thousandths } from '../core/decimals.js';
import type { Prediction } from '../core/prediction.js';

/** https://www.w3.org/TR/server-timing/ */
export const SERVER_TIMING = 'Server-Timing';

/**
 * Where the time of a prediction went, in milliseconds, and the rows of the execution that it rode in:
 * `encode;dur=0.014, queue;dur=0.1, infer;dur=0.052, total;dur=0.21, batch;desc="64"`.
 */
export function serverTiming({ timing, batchRows }: Pick<Prediction, 'timing' | 'batchRows'>): string {
  const { encode, queue, infer, total } = timing;
  const spent = `encode;dur=${thousandths(encode)}, queue;dur=${thousandths(queue)}, infer;dur=${thousandths(infer)}`;
  return `${spent}, total;dur=${thousandths(total)}, batch;desc="${batchRows}"`;
}
