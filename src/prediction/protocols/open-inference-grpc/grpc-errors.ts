import { Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import { Metadata, status } from '@grpc/grpc-js';
import { type Observable, throwError } from 'rxjs';
import type { TensornestError } from '../../../core/errors.js';
import { statusOf } from '../../../http/problem-details.js';
import { toTensornestError } from '../../../http/to-tensornest-error.js';
import { detailsOf, oipMessage } from '../open-inference/oip-errors.js';

/** Trailing metadata with every problem of the input, as the JSON list that the REST door gives as `details`. */
export const DETAILS_KEY = 'problem-details-bin';
/** Milliseconds after which a client may try again: https://github.com/grpc/proposal/blob/master/A6-client-retries.md */
const PUSHBACK_KEY = 'grpc-retry-pushback-ms';

/** The gRPC status of each HTTP status that our errors have. */
const BY_HTTP_STATUS: Readonly<Record<number, status>> = {
  400: status.INVALID_ARGUMENT,
  401: status.UNAUTHENTICATED,
  403: status.PERMISSION_DENIED,
  404: status.NOT_FOUND,
  408: status.DEADLINE_EXCEEDED,
  409: status.ALREADY_EXISTS,
  413: status.RESOURCE_EXHAUSTED,
  429: status.RESOURCE_EXHAUSTED,
  499: status.CANCELLED,
  501: status.UNIMPLEMENTED,
  503: status.UNAVAILABLE,
  504: status.DEADLINE_EXCEEDED,
};

/** Answers every error as a gRPC status. */
@Catch()
export class GrpcErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger('Grpc');

  catch(thrown: unknown): Observable<never> {
    const error = toTensornestError(thrown);
    const code = BY_HTTP_STATUS[statusOf(error.code)] ?? status.INTERNAL;
    if (code === status.INTERNAL) this.logger.error({ err: error.cause ?? error }, error.message);
    return throwError(() => ({ code, details: oipMessage(error), metadata: metadataOf(error) }));
  }
}

function metadataOf({ problems, retryAfterSeconds }: TensornestError): Metadata {
  const metadata = new Metadata();
  const { details } = detailsOf(problems);
  if (details !== undefined) metadata.set(DETAILS_KEY, Buffer.from(JSON.stringify(details)));
  if (retryAfterSeconds !== undefined) metadata.set(PUSHBACK_KEY, String(retryAfterSeconds * 1_000));
  return metadata;
}
