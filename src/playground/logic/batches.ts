import type { Predictions, RefusedRow, Result, Row } from '../types.js';

/** What became of one row of a file. */
export type Outcome = { readonly result: Result } | { readonly problem: string };

/** Rows of one request. The service takes 1,000 rows by default. */
export const ROWS_PER_REQUEST = 1000;

/** The answers to one request as outcomes, in the order of its rows. */
export function outcomesOf({ results, errors }: Predictions): Outcome[] {
  const refused = new Map((errors ?? []).map((row) => [row.row, row]));
  return results.map((result, at) => (result === null ? { problem: problemText(refused.get(at)) } : { result }));
}

export function problemText(refused: RefusedRow | undefined): string {
  const texts = refused?.problems.map(({ pointer, message }) =>
    `${pointer.split('/').slice(3).join('/')} ${message}`.trim(),
  );
  return texts === undefined || texts.length === 0 ? 'was refused' : texts.join('; ');
}

/** Cuts rows into requests. */
export function chunksOf(rows: readonly Row[], size = ROWS_PER_REQUEST): (readonly Row[])[] {
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, at) => rows.slice(at * size, (at + 1) * size));
}

/** The file again, with what was found out behind its own columns. */
export function withOutcomes(
  records: readonly Record<string, string>[],
  outcomes: readonly Outcome[],
  labels: readonly string[],
): Record<string, string | number>[] {
  return records.map((record, at) => {
    const outcome = outcomes[at];
    const result = outcome !== undefined && 'result' in outcome ? outcome.result : undefined;
    return {
      ...record,
      predicted: result?.label ?? '',
      probability: result?.probability ?? '',
      ...Object.fromEntries(labels.map((label) => [`p_${label}`, result?.probabilities[label] ?? ''])),
      error: outcome !== undefined && 'problem' in outcome ? safeCell(outcome.problem) : '',
    };
  });
}

/** Spreadsheets take a cell that begins so for a formula. */
const safeCell = (text: string) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);
