import { type Api, ApiError, type Target } from './api.js';
import { type Outcome, outcomesOf, problemText } from './logic/batches.js';
import type { Problem, Row } from './types.js';

/**
 * Asks for many rows, of which bad ones are only reported. Where the service takes fewer at once the rows are halved until
 * they fit.
 *
 * @throws ApiError where not even the rows are to blame, such as 401 or 503.
 */
export async function predictAll(
  api: Api,
  target: Target,
  rows: readonly Row[],
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  try {
    return outcomesOf((await api.predict(target, rows, signal, true)).body);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const tooMany = error.status === 413 || error.problems.some(({ pointer }) => pointer === '/inputs');
    if (tooMany && rows.length > 1) {
      const half = Math.ceil(rows.length / 2);
      const first = await predictAll(api, target, rows.slice(0, half), signal);
      return [...first, ...(await predictAll(api, target, rows.slice(half), signal))];
    }
    if (error.status !== 400) throw error;
    return refusedAll(rows, error.problems);
  }
}

/** Not one row was good: then the request itself is refused, and its problems say where. */
function refusedAll(rows: readonly Row[], problems: readonly Problem[]): Outcome[] {
  return rows.map((_, row) => ({
    problem: problemText({ row, problems: problems.filter(({ pointer }) => pointer.startsWith(`/inputs/${row}/`)) }),
  }));
}
