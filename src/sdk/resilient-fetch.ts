// What a generated client sends its requests with. It is copied into the client's package, so it imports nothing.

export interface ResilienceOptions {
  /** A key of the service, or what gives one, asked before every attempt. */
  readonly key?: string | (() => string | Promise<string>);
  /** Attempts after the first one that failed or was refused; 2 by default, 0 for none. */
  readonly retries?: number;
  /**
   * Milliseconds that a request may take with all its attempts and waits; none by default. The service is told what is left,
   * so that it does not work on answers that nobody waits for.
   */
  readonly deadlineMs?: number;
  /** The function that sends; the platform's own by default. */
  readonly fetch?: typeof fetch;
}

/** Refusals before any work: they can be tried again whatever was asked. */
const REFUSED = new Set([429, 503]);
/** The first wait where the service names none; it doubles each time. */
const FIRST_WAIT_MS = 100;
/** The longest that a timer can wait, 24.8 days: it would ring at once for a longer one. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;
/** What changes nothing may be asked again when it is not known whether it was done. */
const ASKS_ONLY = /\/(predict|explain|what-if|counterfactual|infer)$|:(predict|classify|regress|explain)$/;

/**
 * A `fetch` that tries again what was refused or got lost, as long as the deadline allows it.
 *
 * - 429 and 503 are tried again after the time in `Retry-After` (RFC 9110, section 10.2.3: seconds or a date).
 * - A connection that broke is tried again for requests that change nothing.
 * - A refusal whose wait does not fit into the deadline, or takes weeks, is returned as it is, at once.
 *
 * @throws DOMException `TimeoutError` when the deadline has passed; the caller's own reason when it aborts.
 */
export function resilientFetch(options: ResilienceOptions = {}): typeof fetch {
  const { retries = 2, deadlineMs } = options;
  return async (input, init) => {
    const asked = new Request(input, init);
    const until = deadlineMs === undefined ? Infinity : performance.now() + deadlineMs;
    const signals = deadlineMs === undefined ? [asked.signal] : [asked.signal, AbortSignal.timeout(deadlineMs)];
    const signal = AbortSignal.any(signals);
    for (let attempt = 0; ; attempt += 1) {
      const again = attempt < retries;
      const answer = await send(options, asked.clone(), signal, until).catch((error: unknown) => {
        if (!again || signal.aborted || !repeatable(asked)) throw error;
        return undefined;
      });
      if (answer !== undefined && (!again || !REFUSED.has(answer.status))) return answer;
      const waitMs = retryAfterMs(answer) ?? Math.random() * FIRST_WAIT_MS * 2 ** attempt;
      if (answer !== undefined) {
        if (waitMs > LONGEST_WAIT_MS || performance.now() + waitMs >= until) return answer;
        await answer.body?.cancel();
      }
      await wait(waitMs, signal);
    }
  };
}

async function send(
  { key, fetch: sender = globalThis.fetch }: ResilienceOptions,
  request: Request,
  signal: AbortSignal,
  until: number,
): Promise<Response> {
  const headers = new Headers(request.headers);
  if (key !== undefined) headers.set('authorization', `Bearer ${typeof key === 'string' ? key : await key()}`);
  if (until !== Infinity) {
    headers.set('x-request-timeout-ms', String(Math.max(1, Math.floor(until - performance.now()))));
  }
  return sender(new Request(request, { headers, signal }));
}

function repeatable({ method, url }: Request): boolean {
  return method === 'GET' || method === 'HEAD' || ASKS_ONLY.test(new URL(url).pathname);
}

function retryAfterMs(answer: Response | undefined): number | undefined {
  const text = answer?.headers.get('retry-after')?.trim();
  if (text === undefined || text === '') return undefined;
  if (/^\d+$/.test(text)) return Number(text) * 1_000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}
