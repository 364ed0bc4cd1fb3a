import type { IncomingMessage } from 'node:http';
import type { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { TensornestError } from '../core/errors.js';
import { tooLarge } from './request-rules.js';

/** The codings of RFC 9110, section 8.4.1, and Brotli. One at a time: nobody compresses twice but to do harm. */
const INFLATERS: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/** What inflates a body of this Content-Encoding. Throws `unsupported-media-type`. */
export function inflaterFor(coding: string): Transform {
  const name = coding.trim().toLowerCase();
  if (Object.hasOwn(INFLATERS, name)) return INFLATERS[name]!();
  throw new TensornestError('unsupported-media-type', 'Send the body as it is, or as one of gzip, deflate and br.');
}

/**
 * Reads a body through `inflater`, at most `limit` bytes before and after; what passes the limit is not inflated any
 * further. Rejects with `body-too-large`, or with `bad-request` for what is corrupt or breaks off.
 */
export function inflate(request: IncomingMessage, inflater: Transform, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let size = 0;
    let sent = 0;
    const fail = (error: TensornestError) => {
      request.unpipe(inflater);
      request.off('data', onSent).off('error', onGone).off('close', onGone);
      inflater.destroy();
      reject(error);
    };
    const onSent = (piece: Buffer) => {
      sent += piece.length;
      if (sent > limit) fail(tooLarge(limit));
    };
    const onGone = () => {
      if (!request.complete) fail(new TensornestError('bad-request', 'The body broke off before its end.'));
    };
    request.on('data', onSent).once('error', onGone).once('close', onGone).pipe(inflater);
    inflater
      .on('data', (piece: Buffer) => {
        size += piece.length;
        if (size > limit) fail(tooLarge(limit));
        else pieces.push(piece);
      })
      .once('end', () => {
        resolve(Buffer.concat(pieces, size));
      })
      .once('error', () => {
        fail(new TensornestError('bad-request', 'The body is not what its Content-Encoding says.'));
      });
  });
}
