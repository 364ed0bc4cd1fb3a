import { closeSync, fstatSync, ftruncateSync, openSync, readSync } from 'node:fs';
import { digestOf, type Link, linkOf, NO_LINK } from './chain.js';

const LINE_FEED = 0x0a;
/** How much is read at a time, from the end: more than most lines are long. */
const STEP = 65_536;

/**
 * Where the chain in a file stands, so that it goes on from there. A last line that was cut short, by a process that was killed
 * or a disk that was full, is taken away: whoever reads the file finds whole lines only. A file without a chain begins one.
 */
export function resume(path: string): Link {
  let file: number;
  try {
    file = openSync(path, 'r+');
  } catch {
    // There is none yet, or it is no file that can be read: a device, a pipe.
    return NO_LINK;
  }
  try {
    const stats = fstatSync(file);
    if (!stats.isFile() || stats.size === 0) return NO_LINK;
    const { line, end } = lastLine(file, stats.size);
    if (end < stats.size) ftruncateSync(file, end);
    const link = line === undefined ? undefined : linkOf(line.toString('utf8'));
    return link === undefined ? NO_LINK : { seq: link.seq, head: digestOf(line!) };
  } finally {
    closeSync(file);
  }
}

/** The last whole line, and where it ends with its line feed. */
function lastLine(file: number, size: number): { readonly line: Buffer | undefined; readonly end: number } {
  let tail = Buffer.alloc(0);
  for (let from = size; ;) {
    const step = Math.min(STEP, from);
    const piece = Buffer.alloc(step);
    from -= step;
    readSync(file, piece, 0, step, from);
    tail = Buffer.concat([piece, tail]);
    const close = tail.lastIndexOf(LINE_FEED);
    const open = close === -1 ? -1 : tail.lastIndexOf(LINE_FEED, close - 1);
    if (close !== -1 && (open !== -1 || from === 0)) {
      return { line: close > 0 ? tail.subarray(open + 1, close) : undefined, end: from + close + 1 };
    }
    if (from === 0) return { line: undefined, end: 0 };
  }
}
