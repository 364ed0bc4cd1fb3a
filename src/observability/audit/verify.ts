import { digestOf, linkOf } from './chain.js';

/** What is wrong with a chain, by the number of the line in the file (from 1). */
export interface ChainFault {
  readonly line: number;
  readonly message: string;
}

export interface Verification {
  readonly lines: number;
  readonly faults: readonly ChainFault[];
  /** What is worth knowing and nobody's doing. */
  readonly notes: readonly ChainFault[];
  /** Number and digest of the last line: noted elsewhere, they show later whether lines were cut off from the end. */
  readonly seq: number;
  readonly head: string;
}

/**
 * Goes through a chain of audit lines. A changed line is told by the one after it; what is missing or out of place by the
 * numbers. What was cut off from the end shows only against a head that was noted elsewhere.
 *
 * @param lines without their line feeds; the last one may have been cut short, where `complete` is false for it.
 */
export async function verifyChain(
  lines: AsyncIterable<{ readonly bytes: Buffer; readonly complete: boolean }>,
): Promise<Verification> {
  const faults: ChainFault[] = [];
  const notes: ChainFault[] = [];
  let number = 0;
  let seq: number | undefined;
  let head = '';
  /** Lines without a link since the last one that has one. */
  let unlinked: number[] = [];
  for await (const { bytes, complete } of lines) {
    number += 1;
    const tell = (message: string) => faults.push({ line: number, message });
    const note = (message: string) => notes.push({ line: number, message });
    if (!complete) {
      note('was cut short: the process ended while it was written');
      continue;
    }
    const link = linkOf(bytes.toString('utf8'));
    if (link === undefined) {
      unlinked.push(number);
      continue;
    }
    if (seq === undefined && link.seq === 1) {
      if (unlinked.length > 0) note(`begins the chain: the ${unlinked.length} lines before it have none`);
      unlinked = [];
    }
    faults.push(...unlinked.map(withoutLink));
    if (seq === undefined) {
      if (link.seq > 1) note(`begins at line ${link.seq} of its chain: what is before it is in another file`);
    } else if (link.seq <= seq) {
      tell(
        link.seq === 1
          ? 'begins a new chain: another log was put behind this one'
          : `has number ${link.seq} and stands behind ${seq}: lines were moved or repeated`,
      );
    } else if (link.seq > seq + 1 + unlinked.length) {
      const missing = link.seq - seq - 1 - unlinked.length;
      tell(`has number ${link.seq} and stands behind ${seq}: ${missing} lines are missing before it`);
    } else if (unlinked.length === 0 && link.prev !== head) {
      tell('does not fit the line before it: one of the two was changed');
    }
    if (link.dropped > 0) note(`${link.dropped} lines before it could not be written`);
    seq = link.seq;
    head = digestOf(bytes);
    unlinked = [];
  }
  faults.push(...unlinked.map(withoutLink));
  return { lines: number, faults, notes, seq: seq ?? 0, head };
}

function withoutLink(line: number): ChainFault {
  return { line, message: 'has no link: it was changed, or not written by the audit log' };
}
