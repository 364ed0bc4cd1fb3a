import type { RowBatch } from '../../core/row-batch.js';
import type { Signature } from '../../core/signature.js';
import { explainRow, type RowProblem } from '../../encoding/row-dto.js';
import type { RowEncoder } from '../../encoding/row-encoder.js';
import type { RowLine } from './row-line.js';

export interface AcceptedRow {
  readonly line: number;
  readonly row: unknown;
}

export interface RefusedRow {
  readonly line: number;
  readonly problems: readonly RowProblem[];
}

/** Some lines of a file, told apart. `batch` holds the accepted rows, encoded; undefined when there are none. */
export interface Sifted {
  readonly accepted: readonly AcceptedRow[];
  readonly refused: readonly RefusedRow[];
  readonly batch: RowBatch | undefined;
}

/** Takes `lines` in groups of at most `size` and tells the rows that the signature accepts from the others. */
export async function* sift(
  lines: AsyncIterable<RowLine>,
  signature: Signature,
  encoder: RowEncoder,
  size: number,
): AsyncGenerator<Sifted> {
  for await (const group of groups(lines, size)) yield siftGroup(group, signature, encoder);
}

function siftGroup(group: readonly RowLine[], signature: Signature, encoder: RowEncoder): Sifted {
  const candidates = group.filter((line) => 'row' in line);
  const refused: RefusedRow[] = group.filter((line) => 'problems' in line);
  const whole = encode(encoder, candidates);
  if (whole !== undefined) return { accepted: candidates, refused, batch: whole };
  const accepted: AcceptedRow[] = [];
  for (const candidate of candidates) {
    if (encoder.encode([candidate.row]) !== undefined) accepted.push(candidate);
    else refused.push({ line: candidate.line, problems: explainRow(signature, candidate.row) });
  }
  refused.sort((first, second) => first.line - second.line);
  return { accepted, refused, batch: encode(encoder, accepted) };
}

function encode(encoder: RowEncoder, rows: readonly AcceptedRow[]): RowBatch | undefined {
  return rows.length === 0 ? undefined : encoder.encode(rows.map(({ row }) => row));
}

async function* groups<T>(items: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let group: T[] = [];
  try {
    for await (const item of items) {
      group.push(item);
      if (group.length < size) continue;
      yield group;
      group = [];
    }
  } catch (error) {
    // What came before the failure was sound.
    if (group.length > 0) yield group;
    throw error;
  }
  if (group.length > 0) yield group;
}

/** What is wrong with a row, in one line for people. */
export function problemsText(problems: readonly RowProblem[]): string {
  return problems.map(({ field, message }) => (field === undefined ? message : `${field} ${message}`)).join('; ');
}
