/**
 * The bytes that JSON is made of. Files take them apart into constants of their own: V8 folds those into the code, and
 * loads an imported constant each time.
 */
export const BYTES = {
  SPACE: 0x20,
  QUOTE: 0x22,
  PLUS: 0x2b,
  COMMA: 0x2c,
  MINUS: 0x2d,
  DOT: 0x2e,
  ZERO: 0x30,
  NINE: 0x39,
  COLON: 0x3a,
  OPEN_LIST: 0x5b,
  CLOSE_LIST: 0x5d,
  LOWER_E: 0x65,
  OPEN_OBJECT: 0x7b,
  CLOSE_OBJECT: 0x7d,
} as const;

const { SPACE, PLUS, MINUS, DOT, ZERO, NINE, LOWER_E } = BYTES;

export function isSpace(byte: number): boolean {
  return byte === SPACE || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/**
 * The first place from `at` on that holds no white space. Like everything that steps through a body, it counts on a
 * last byte that ends every token, so it needs no look at the length.
 */
export function skipSpace(body: DataView, at: number): number {
  return body.getUint8(at) > SPACE ? at : skipSpaces(body, at);
}

function skipSpaces(body: DataView, at: number): number {
  let next = at;
  while (isSpace(body.getUint8(next))) next += 1;
  return next;
}

export function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}

/** Four bytes as one number. All tables and bodies are read in this byte order, whatever the processor's own is. */
export function wordAt(body: DataView, at: number): number {
  return body.getInt32(at, true);
}

/** Whether JSON writes `text` without escapes and UTF-8 without loss, so that its bytes are `text` and nothing else. */
export function isPlain(text: string): boolean {
  return text.isWellFormed() && JSON.stringify(text) === `"${text}"`;
}

/** Whether `byte` can stand inside a number. */
export function isNumberByte(byte: number): boolean {
  return isDigit(byte) || byte === DOT || byte === PLUS || byte === MINUS || (byte | 0x20) === LOWER_E;
}
