import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { PassThrough } from 'node:stream';
import { createGunzip } from 'node:zlib';

const LINE_FEED = 0x0a;

/** One line of a log, without its line feed. */
export interface AuditLine {
  readonly bytes: Buffer;
  /** False for a last line without a line feed: it was cut short. */
  readonly complete: boolean;
}

/** The lines of a file of any size; of `stdin` where its name is `-`, and unpacked where it ends in `.gz`. */
export async function* auditLines(file: string, stdin?: Readable): AsyncGenerator<AuditLine> {
  let rest = Buffer.alloc(0);
  for await (const piece of open(file, stdin) as AsyncIterable<Buffer>) {
    let text = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    for (let end = text.indexOf(LINE_FEED); end !== -1; end = text.indexOf(LINE_FEED)) {
      yield { bytes: text.subarray(0, end), complete: true };
      text = text.subarray(end + 1);
    }
    rest = Buffer.from(text);
  }
  if (rest.length > 0) yield { bytes: rest, complete: false };
}

function open(file: string, stdin: Readable | undefined): Readable {
  if (file === '-' && stdin !== undefined) return stdin;
  const source = createReadStream(file);
  if (!file.endsWith('.gz')) return source;
  const unpacked = new PassThrough();
  // NOTE: whatever fails is told to whoever reads.
  pipeline(source, createGunzip(), unpacked).catch((error: unknown) => unpacked.destroy(error as Error));
  return unpacked;
}
