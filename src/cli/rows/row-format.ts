import { UsageError } from '../exit.js';

export const ROW_FORMATS = ['csv', 'jsonl'] as const;
export type RowFormat = (typeof ROW_FORMATS)[number];

/** The path that means standard input or standard output. */
export const STANDARD = '-';

/** The format that the ending of `path` names. */
export function formatOf(path: string): RowFormat {
  const ending = /\.(\w+)$/.exec(path)?.[1]?.toLowerCase();
  if (ending === 'csv') return 'csv';
  if (ending === 'jsonl' || ending === 'ndjson') return 'jsonl';
  const subject = path === STANDARD ? 'Standard input' : `"${path}"`;
  throw new UsageError(`${subject} does not say what it holds; add --input-format csv or --input-format jsonl.`);
}
