import { HttpException } from '@nestjs/common';
import { type ErrorCode, TensornestError } from '../core/errors.js';

/** The codes for what the framework refuses before any of our code runs, by HTTP status. */
const BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  404: 'not-found',
  405: 'method-not-allowed',
  413: 'body-too-large',
  415: 'unsupported-media-type',
};

/** Any thrown thing as one of our errors. What nobody foresaw becomes `internal`, with a message that gives nothing away. */
export function toTensornestError(thrown: unknown): TensornestError {
  if (thrown instanceof TensornestError) return thrown;
  if (thrown instanceof HttpException && thrown.getStatus() < 500) {
    return new TensornestError(BY_STATUS[thrown.getStatus()] ?? 'bad-request', `${thrown.message}.`);
  }
  return new TensornestError('internal', 'Something went wrong here; the log has the details under this request id.', {
    cause: thrown,
  });
}
