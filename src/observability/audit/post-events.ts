import type { AuditReceiver } from '../../core/app-config.js';

/** How long a receiver may take to answer, in milliseconds. */
const ANSWER_MS = 10_000;
const LONGEST_RETRY_AFTER_MS = 60_000;
/** Answers that say that this batch will never be taken; all others may pass, or be mended at the receiver. */
const REFUSALS: ReadonlySet<number> = new Set([400, 413, 415, 422]);

/** What became of a batch. A reason never holds the receiver's path, query or credentials. */
export type Delivery =
  | { readonly kind: 'taken' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string; readonly retryAfterMs?: number };

/** Sends one batch of CloudEvents, a JSON array. Never rejects. */
export async function post(body: Buffer<ArrayBuffer>, { url, authorization }: AuditReceiver): Promise<Delivery> {
  const { origin } = new URL(url);
  try {
    const response = await fetch(url, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/cloudevents-batch+json; charset=utf-8',
        ...(authorization === null ? {} : { authorization }),
      },
      // NOTE: events go where the operator said and nowhere else.
      redirect: 'manual',
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    await response.body?.cancel();
    if (response.ok) return { kind: 'taken' };
    const reason = `${origin} answered ${response.status}`;
    if (REFUSALS.has(response.status)) return { kind: 'refused', reason };
    const seconds = Number(response.headers.get('retry-after') ?? NaN);
    if (!(seconds >= 0)) return { kind: 'failed', reason };
    return { kind: 'failed', reason, retryAfterMs: Math.min(LONGEST_RETRY_AFTER_MS, seconds * 1_000) };
  } catch (error) {
    return { kind: 'failed', reason: `${origin} cannot be reached: ${whyNot(error)}` };
  }
}

function whyNot(error: unknown): string {
  if ((error as Error).name === 'TimeoutError') return `no answer within ${ANSWER_MS / 1_000} s`;
  // A request that is not made at all, such as one to a port that fetch keeps from, has a message and no code.
  const { cause } = error as { cause?: { code?: string; message?: string } };
  return cause?.code ?? cause?.message ?? (error as Error).name;
}
