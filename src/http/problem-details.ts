import type { ErrorCode, InputProblem, TensornestError } from '../core/errors.js';

/** Media type of RFC 9457. */
export const PROBLEM_JSON = 'application/problem+json';

/** RFC 9457 problem details, with the extension `errors` for bad input. */
export interface ProblemDetails {
  /** Stable URI reference of the kind of problem: `/problems/<error code>`. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** The request's id, as in the `x-request-id` header and in the log. */
  readonly instance: string;
  readonly errors?: readonly InputProblem[];
}

const refusedPackage = { status: 422, title: 'Model package refused' } as const;

/** HTTP status and title of every error code. */
const PROBLEMS: Readonly<Record<ErrorCode, { readonly status: number; readonly title: string }>> = {
  'invalid-input': { status: 400, title: 'Invalid input' },
  'malformed-json': { status: 400, title: 'Malformed JSON' },
  'bad-request': { status: 400, title: 'Bad request' },
  'not-found': { status: 404, title: 'Not found' },
  'unknown-model': { status: 404, title: 'Unknown model' },
  'unknown-version': { status: 404, title: 'Unknown model version' },
  'body-too-large': { status: 413, title: 'Request body too large' },
  'unsupported-media-type': { status: 415, title: 'Unsupported media type' },
  'model-not-ready': { status: 503, title: 'Model not ready' },
  'backend-unavailable': { status: 503, title: 'Inference backend unavailable' },
  'inference-failed': { status: 500, title: 'Inference failed' },
  'non-finite-output': { status: 500, title: 'Model answered with a non-finite number' },
  internal: { status: 500, title: 'Internal error' },
  'manifest-missing': refusedPackage,
  'manifest-invalid': refusedPackage,
  'path-not-confined': refusedPackage,
  'file-missing': refusedPackage,
  'file-unlisted': refusedPackage,
  'digest-mismatch': refusedPackage,
  'model-invalid': refusedPackage,
  'golden-invalid': refusedPackage,
  'signature-mismatch': refusedPackage,
  'golden-mismatch': refusedPackage,
};

export function toProblem({ code, message, problems }: TensornestError, requestId: string): ProblemDetails {
  return {
    type: `/problems/${code}`,
    title: PROBLEMS[code].title,
    status: PROBLEMS[code].status,
    detail: message,
    instance: requestId,
    ...(problems.length === 0 ? {} : { errors: problems }),
  };
}
