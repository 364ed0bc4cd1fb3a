import { promisify } from 'node:util';
import { deflate, gzip } from 'node:zlib';
import type { Request, Response } from 'express';

const ENCODERS = { gzip: promisify(gzip), deflate: promisify(deflate) } as const;

/** Sends `body` whole, compressed where the client's Accept-Encoding asks for it. */
export async function sendEncoded(request: Request, response: Response, body: Buffer): Promise<void> {
  response.vary('Accept-Encoding');
  const asked =
    request.headers['accept-encoding'] === undefined
      ? false
      : request.acceptsEncodings(['gzip', 'deflate', 'identity']);
  const encoder = asked === 'gzip' || asked === 'deflate' ? ENCODERS[asked] : undefined;
  const bytes = encoder === undefined ? body : await encoder(body);
  if (encoder !== undefined) response.setHeader('Content-Encoding', asked as string);
  response.setHeader('Content-Length', bytes.length);
  response.end(bytes);
}
