import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { Signature } from '../../core/signature.js';
import { UsageError } from '../exit.js';
import { csvRows } from './csv-rows.js';
import { jsonlRows } from './jsonl-rows.js';
import { formatOf, type RowFormat, STANDARD } from './row-format.js';
import type { Chunks, RowLine } from './row-line.js';

export interface RowFile {
  /** A path, or `-` for standard input. */
  readonly path: string;
  /** What is in it; its ending says so where this does not. */
  readonly format?: RowFormat | undefined;
  /** Pass over columns and fields that are no feature. */
  readonly ignoreUnknown: boolean;
}

/**
 * The rows of a CSV or JSON Lines file, as they come: the file may be larger than the memory. Rejects with a `UsageError`
 * where there is no such file.
 */
export async function readRows(
  { path, format = formatOf(path), ignoreUnknown }: RowFile,
  signature: Signature,
  stdin: Readable,
): Promise<AsyncGenerator<RowLine>> {
  const chunks = path === STANDARD ? stdin : await openFile(path);
  if (format === 'csv') return csvRows(chunks as Chunks, signature, ignoreUnknown);
  const rows = jsonlRows(chunks as Chunks);
  return ignoreUnknown ? knownOnly(rows, signature) : rows;
}

/** A stream of the file. Rejects with a `UsageError` where there is none. */
export async function openFile(path: string): Promise<Readable> {
  try {
    const file = await open(path);
    if ((await file.stat()).isFile()) return file.createReadStream();
    await file.close();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(code === 'ENOENT' ? `There is no file "${path}".` : `"${path}" cannot be read: ${code}.`);
  }
  throw new UsageError(`"${path}" is no file.`);
}

async function* knownOnly(lines: AsyncIterable<RowLine>, { features }: Signature): AsyncGenerator<RowLine> {
  for await (const line of lines) yield 'row' in line ? { ...line, row: withFeaturesOnly(line.row, features) } : line;
}

function withFeaturesOnly(row: unknown, features: Signature['features']): unknown {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) return row;
  const values = row as Record<string, unknown>;
  const known = features.filter(({ name }) => Object.hasOwn(values, name));
  return Object.fromEntries(known.map(({ name }) => [name, values[name]]));
}
