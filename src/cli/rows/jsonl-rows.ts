import { type Chunks, MAX_LINE, RowFileError, type RowLine } from './row-line.js';

/** The rows of a file with one JSON object a line. Blank lines are passed over; lines that are no object are refused. */
export async function* jsonlRows(chunks: Chunks): AsyncGenerator<RowLine> {
  let line = 0;
  for await (const text of linesOf(chunks)) {
    line += 1;
    if (text.length > MAX_LINE) {
      throw new RowFileError(`line ${line}: is longer than ${MAX_LINE} characters: each line must be one JSON object.`);
    }
    if (text.trim() !== '') yield { line, ...parse(text) };
  }
}

// NOTE: readline would also break a line at U+2028, which may stand in a JSON string.
async function* linesOf(chunks: Chunks): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
    if (rest.length > MAX_LINE) break;
  }
  yield rest + decoder.decode();
}

function parse(text: string): { row: unknown } | Pick<Extract<RowLine, { problems: unknown }>, 'problems'> {
  try {
    // The signature decides what is a row, and says what is wrong with anything else.
    return { row: JSON.parse(text) as unknown };
  } catch {
    return { problems: [{ code: 'wrong-type', message: 'is not valid JSON: each line must be one JSON object' }] };
  }
}
