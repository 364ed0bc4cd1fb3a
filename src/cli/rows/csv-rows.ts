import { pipeline, Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import type { Feature, Signature } from '../../core/signature.js';
import { type Column, columnsOf } from './csv-columns.js';
import { type Chunks, MAX_LINE, RowFileError, type RowLine } from './row-line.js';

/** A number as spreadsheets and data frames write it. */
const NUMBER = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i;

/** Any of them, also side by side in one file. */
const LINE_ENDS = ['\r\n', '\n', '\r'];

interface Parsed {
  readonly record: readonly string[];
  readonly info: { readonly lines: number; readonly empty_lines: number };
}

/**
 * The rows of an RFC 4180 file whose first line names the columns; a byte order mark, any line ends, quoted line breaks
 * and blank lines are fine. An empty cell is a missing value. Rejects with a `RowFileError` when the columns are not
 * the features.
 *
 * @param ignoreUnknown passes over columns that are no feature, instead of refusing the file.
 */
export async function* csvRows(chunks: Chunks, signature: Signature, ignoreUnknown: boolean): AsyncGenerator<RowLine> {
  // Quotes in an unquoted cell are kept, so that a slip of the pen costs its own row and not those after it.
  const lenient = { relax_column_count: true, relax_quotes: true, skip_empty_lines: true, max_record_size: MAX_LINE };
  const parser = parse({ bom: true, info: true, record_delimiter: LINE_ENDS, ...lenient });
  const records = pipeline(Readable.from(chunks), parser, noticed) as AsyncIterable<Parsed>;
  let columns: readonly Column[] | undefined;
  let seen = { lines: 0, empty_lines: 0 };
  try {
    for await (const { record, info } of records) {
      // The parser tells the last line of a record.
      const line = seen.lines + 1 + info.empty_lines - seen.empty_lines;
      seen = info;
      if (columns === undefined) columns = columnsOf(record, signature, ignoreUnknown);
      else yield rowOf(record, columns, line);
    }
  } catch (error) {
    throw error instanceof CsvError ? brokenAt(seen.lines + 1, error) : error;
  }
  if (columns === undefined) throw new RowFileError('The file is empty: its first line must name the columns.');
}

/** A failure of the file ends the parser too, which is where it is caught. */
function noticed(): void {
  /* nothing is left to do */
}

function rowOf(record: readonly string[], columns: readonly Column[], line: number): RowLine {
  if (record.length !== columns.length) {
    const message = `has ${record.length} cells, but the first line names ${columns.length} columns`;
    return { line, problems: [{ code: record.length < columns.length ? 'too-few' : 'too-many', message }] };
  }
  const row: Record<string, unknown> = {};
  columns.forEach(({ feature }, place) => {
    const value = feature === undefined ? undefined : valueOf(record[place]!, feature);
    if (value !== undefined) row[feature!.name] = value;
  });
  return { line, row };
}

/** The value as JSON would carry it; undefined when it is missing. What is no number stays a text, to be refused. */
function valueOf(cell: string, feature: Feature): string | number | undefined {
  if (feature.kind === 'number') return cell.trim() === '' ? undefined : NUMBER.test(cell) ? Number(cell) : cell;
  return cell === '' && !feature.values.includes('') ? undefined : cell;
}

function brokenAt(line: number, { code, message }: CsvError): RowFileError {
  const what = code === 'CSV_QUOTE_NOT_CLOSED' ? 'a quote that opens here is never closed' : message;
  return new RowFileError(`line ${line}: ${what}. Nothing after it could be read.`);
}
