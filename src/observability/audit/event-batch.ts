const LINE_FEED = 0x0a;
const [COMMA, OPEN, CLOSE] = [0x2c, 0x5b, 0x5d];

/** Whole lines, parted so that no part is larger than `most` bytes, unless a single line is. */
export function piecesOf(lines: Buffer, most: number): Buffer[] {
  const pieces: Buffer[] = [];
  for (let from = 0; from < lines.length;) {
    let end = lines.length;
    if (end - from > most) {
      const before = lines.lastIndexOf(LINE_FEED, from + most - 1);
      // A line that is longer than a piece is one.
      end = (before >= from ? before : lines.indexOf(LINE_FEED, from)) + 1 || lines.length;
    }
    pieces.push(lines.subarray(from, end));
    from = end;
  }
  return pieces;
}

/**
 * Lines, each a JSON object with its line feed, as one JSON array: CloudEvents' batch format. A line feed stands in no JSON text
 * but between its tokens, and in these lines only at their ends.
 */
export function batchBody(pieces: readonly Buffer[]): Buffer<ArrayBuffer> {
  const body = Buffer.concat([Buffer.of(OPEN), ...pieces]);
  for (let at = body.indexOf(LINE_FEED); at !== -1; at = body.indexOf(LINE_FEED, at)) body[at] = COMMA;
  body[body.length - 1] = CLOSE;
  return body;
}
