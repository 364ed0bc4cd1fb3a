import { pipeline } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { FeatureNameSchema } from '../../model/package/manifest.js';
import type { Table } from '../../training/table/table.js';
import { UsageError } from '../exit.js';
import { jsonlRows } from './jsonl-rows.js';
import { openFile } from './row-file.js';
import { type Chunks, MAX_LINE, RowFileError } from './row-line.js';

/** Cells that are kept at most: with the rows made of them they stay below a gigabyte. */
const MAX_CELLS = 12_000_000;

const DELIMITERS: Readonly<Record<string, string>> = { csv: ',', tsv: '\t', tab: '\t' };
const ENDINGS = [...Object.keys(DELIMITERS), 'jsonl', 'ndjson'];
/** How the name of a table ends. */
export const TABLE_ENDINGS = ENDINGS.map((ending) => `.${ending}`);

/** What the decoder puts in the place of bytes that are not UTF-8. */
const NOT_UTF8 = '\uFFFD';

/** Whether `text` is the name of a file that `readTable` reads, and not the name of a model. */
export function namesTable(text: string): boolean {
  return ENDINGS.includes(endingOf(text));
}

/**
 * The table in a CSV, TSV or JSON Lines file, read as a stream. Rejects with a `RowFileError` that names the line, or
 * with a `UsageError` where there is no such file. Unlike prediction, training wants every line to be right.
 *
 * @param exclude columns that are passed over.
 */
export async function readTable(file: string, exclude: readonly string[]): Promise<Table> {
  const chunks = (await openFile(file)) as unknown as Chunks;
  const delimiter = DELIMITERS[endingOf(file)];
  const records = delimiter === undefined ? jsonRecords(chunks) : delimited(chunks, delimiter);
  const builder = new TableBuilder(file, exclude);
  for await (const { line, record } of records) builder.add(line, record);
  return builder.finish();
}

function endingOf(path: string): string {
  return /\.(\w+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
}

interface TableRecord {
  readonly line: number;
  readonly record: readonly string[];
}

interface Parsed {
  readonly record: readonly string[];
  readonly info: { readonly lines: number; readonly empty_lines: number };
}

async function* delimited(chunks: Chunks, delimiter: string): AsyncGenerator<TableRecord> {
  const options = {
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: MAX_LINE,
    record_delimiter: ['\r\n', '\n', '\r'],
  };
  const parser = parse({ bom: true, info: true, delimiter, ...options });
  const records = pipeline(chunks, parser, () => undefined) as unknown as AsyncIterable<Parsed>;
  let seen = { lines: 0, empty_lines: 0 };
  try {
    for await (const { record, info } of records) {
      // The parser tells the last line of a record.
      yield { line: seen.lines + 1 + info.empty_lines - seen.empty_lines, record };
      seen = info;
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    // What was read before a slip within a line may not have come out of the parser yet, which knows its own line.
    const line = error.code.includes('INVALID') ? (error as CsvError & { lines: number }).lines : seen.lines + 1;
    throw new RowFileError(`line ${line}: ${faultOf(error)}. Correct the line; nothing was trained.`);
  }
}

/** What the parser's own words would say with the whole of a cell, whatever is in it. */
const FAULTS: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'a quote that opens here is never closed',
  INVALID_OPENING_QUOTE: 'a quote stands within a cell: put the whole cell into quotes and double those within it',
  CSV_INVALID_CLOSING_QUOTE: 'a quote is closed within a cell: double the quotes that belong to the text',
};

function faultOf({ code, message }: CsvError): string {
  if (code in FAULTS) return FAULTS[code]!;
  if (code !== 'CSV_MAX_RECORD_SIZE') return message;
  return `is longer than ${MAX_LINE} characters: a quote that is never closed, or no table at all`;
}

/** The first object names the columns; a field that a later object lacks is missing there. */
async function* jsonRecords(chunks: Chunks): AsyncGenerator<TableRecord> {
  let columns: readonly string[] | undefined;
  for await (const read of jsonlRows(chunks)) {
    const { line } = read;
    if (!('row' in read)) throw new RowFileError(`line ${line}: ${read.problems[0]?.message}`);
    const { row } = read;
    if (typeof row !== 'object' || row === null || Array.isArray(row)) {
      throw new RowFileError(`line ${line}: must be a JSON object, one row.`);
    }
    if (columns === undefined) yield { line, record: (columns = Object.keys(row)) };
    const extra = Object.keys(row).find((name) => !columns!.includes(name));
    if (extra !== undefined) throw new RowFileError(`line ${line}: "${extra}" is not in the first row; add it there.`);
    const values = row as Record<string, unknown>;
    yield { line, record: columns.map((name) => jsonCell(values[name], name, line)) };
  }
}

function jsonCell(value: unknown, name: string, line: number): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new RowFileError(`line ${line}: "${name}" is an object or a list; a cell must be a text, number or boolean.`);
}

class TableBuilder {
  private columns: readonly string[] | undefined;
  private kept: { readonly place: number; readonly cells: string[] }[] = [];
  private readonly lines: number[] = [];

  constructor(
    private readonly file: string,
    private readonly exclude: readonly string[],
  ) {}

  add(line: number, record: readonly string[]): void {
    if (this.columns === undefined) {
      this.start(record);
      return;
    }
    if (record.length !== this.columns.length) {
      const cells = `has ${record.length} cells, but the first line names ${this.columns.length} columns`;
      throw new RowFileError(`line ${line}: ${cells}. Correct the line; nothing was trained.`);
    }
    this.lines.push(line);
    if (this.lines.length * this.kept.length > MAX_CELLS) {
      const most = `more than ${MAX_CELLS} cells would not fit into memory`;
      throw new RowFileError(`line ${line}: ${most}. Train on a sample of the rows, or leave columns out (--exclude).`);
    }
    for (const { place, cells } of this.kept) {
      const cell = record[place]!;
      if (cell.includes(NOT_UTF8)) {
        throw new RowFileError(`line ${line}: holds bytes that are not UTF-8 ("${cell}"). Save the file as UTF-8.`);
      }
      cells.push(cell.trim());
    }
  }

  finish(): Table {
    if (this.columns === undefined) {
      throw new RowFileError(`${this.file} is empty: its first line must name the columns.`);
    }
    const names = this.columns;
    const cells = new Map(this.kept.map(({ place, cells }) => [names[place]!, cells]));
    return { file: this.file, columns: [...cells.keys()], cells, lines: this.lines };
  }

  private start(head: readonly string[]): void {
    const names = head.map((name) => name.trim());
    const twice = names.find((name, place) => names.indexOf(name) !== place);
    assertText(names);
    const nameless = names.indexOf('');
    if (nameless !== -1) {
      throw new RowFileError(`line 1: column ${nameless + 1} has no name; the first line must name them all.`);
    }
    if (twice !== undefined) throw new RowFileError(`line 1: the column "${twice}" is there twice; rename one.`);
    const unknown = this.exclude.find((name) => !names.includes(name));
    if (unknown !== undefined) {
      throw new UsageError(`--exclude: there is no column "${unknown}"; there is ${names.join(', ')}.`);
    }
    for (const name of names.filter((one) => !this.exclude.includes(one))) assertName(name);
    this.columns = names;
    this.kept = [...names.keys()]
      .filter((place) => !this.exclude.includes(names[place]!))
      .map((place) => ({ place, cells: [] }));
  }
}

/** Refuses what was not written as text, or with another sign between the cells. */
function assertText(names: readonly string[]): void {
  if (names.some((name) => /[^\P{Cc}\t]/u.test(name) || name.includes(NOT_UTF8))) {
    throw new RowFileError(
      'line 1: is no text in UTF-8. Save the table as CSV in UTF-8, whatever program it comes from.',
    );
  }
  const other = names.length === 1 ? /[;\t|]/.exec(names[0]!)?.[0] : undefined;
  if (other === undefined) return;
  throw new RowFileError(
    `line 1: names one column, "${names[0]}": the cells of a .csv file are parted by commas, not by ${JSON.stringify(other)}, ` +
      'those of a .tsv file by tabs. Save it so.',
  );
}

/** What may be a feature's name in a request may be a column's. */
function assertName(name: string): void {
  const { error } = FeatureNameSchema.safeParse(name);
  if (error === undefined) return;
  const shown = name.length > 40 ? `${name.slice(0, 40)}...` : name;
  throw new RowFileError(
    `line 1: the name of the column "${shown}" ${error.issues[0]!.message}; rename it, or --exclude it.`,
  );
}
