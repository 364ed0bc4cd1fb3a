import type { RowProblem } from '../../encoding/row-dto.js';

/** A row of a file, not yet checked, or why there is none where one should be. `line` is where it starts, from 1. */
export type RowLine =
  | { readonly line: number; readonly row: unknown }
  | { readonly line: number; readonly problems: readonly RowProblem[] };

/** The bytes of a file as they come. */
export type Chunks = AsyncIterable<Buffer>;

/** Characters of a line at most: what is longer is no row, however large the file. */
export const MAX_LINE = 1_000_000;

/** A file of rows that cannot be read on. The message says where and what to do. */
export class RowFileError extends Error {
  override readonly name = 'RowFileError';
}
