import { hash } from 'node:crypto';

const LINE_FEED = 0x0a;
/** What the link takes the place of: the end of the line's object. */
const ENDING = '}\n';
/** More than any link takes. */
const LONGEST_LINK = 128;

/** Where a chain of lines stands. */
export interface Link {
  /** Number of the last line; 0 before the first. */
  readonly seq: number;
  /** Digest of the last line without its line feed; empty before the first. */
  readonly head: string;
}

export const NO_LINK: Link = { seq: 0, head: '' };

/** Lines with their links, and where the chain stands behind them. */
export interface Chained {
  readonly bytes: Buffer;
  readonly link: Link;
}

/** SHA-256 as 43 characters of base64url. */
export function digestOf(line: Uint8Array): string {
  return hash('sha256', line, 'base64url');
}

/** Bytes that these lines take with their links, at most. */
export function roomFor(lines: Uint8Array): number {
  return lines.length + countLines(lines) * LONGEST_LINK;
}

/**
 * Chains whole lines, each a JSON object, behind `before`: every line gets its number `seq` and the digest `prev` of the line
 * before it as its last members, so that none can be changed, taken out or moved without the next one telling. Where lines
 * were lost before the first of these, it says how many (`dropped`). In a CloudEvent they are extension attributes: texts,
 * since its whole numbers end at 2^31.
 *
 * @param bytes where they are put: `roomFor(lines)` bytes.
 */
export function chain(
  lines: Uint8Array,
  before: Link,
  dropped: number,
  bytes: Buffer = Buffer.allocUnsafe(roomFor(lines)),
): Chained {
  const text = Buffer.from(lines.buffer, lines.byteOffset, lines.byteLength);
  let { seq, head } = before;
  let lost = dropped;
  let to = 0;
  for (let from = 0; from < text.length;) {
    const end = text.indexOf(LINE_FEED, from) + 1 || text.length;
    const start = to;
    seq += 1;
    to += text.copy(bytes, to, from, end - ENDING.length);
    const gap = lost === 0 ? '' : `"dropped":"${lost}",`;
    to += bytes.write(`,"seq":"${seq}",${gap}"prev":"${head}"}`, to, 'latin1');
    head = digestOf(bytes.subarray(start, to));
    bytes[to] = LINE_FEED;
    to += 1;
    lost = 0;
    from = end;
  }
  return { bytes: bytes.subarray(0, to), link: { seq, head } };
}

export function countLines(lines: Uint8Array): number {
  let count = 0;
  for (let at = lines.indexOf(LINE_FEED); at !== -1; at = lines.indexOf(LINE_FEED, at + 1)) count += 1;
  return count;
}

/** The numbers of older logs are no texts. */
const LINK = /,"seq":"?(\d{1,16})"?,(?:"dropped":"?(\d{1,16})"?,)?"prev":"([\w-]{43}|)"\}$/;

/** The link at the end of a line, or undefined where there is none. */
export function linkOf(
  line: string,
): { readonly seq: number; readonly dropped: number; readonly prev: string } | undefined {
  const found = LINK.exec(line);
  return found === null ? undefined : { seq: Number(found[1]), dropped: Number(found[2] ?? 0), prev: found[3]! };
}
