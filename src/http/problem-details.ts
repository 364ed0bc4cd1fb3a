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
  /** Milliseconds after which to try again, as in the Retry-After header. */
  readonly retryAfterMs?: number;
}

const refusedPackage = { status: 422, title: 'Model package refused' } as const;
const registryFailed = { status: 502, title: 'Model registry failed' } as const;

/** HTTP status and title of every error code. */
const PROBLEMS: Readonly<Record<ErrorCode, { readonly status: number; readonly title: string }>> = {
  'invalid-input': { status: 400, title: 'Invalid input' },
  'malformed-json': { status: 400, title: 'Malformed JSON' },
  'bad-request': { status: 400, title: 'Bad request' },
  'not-found': { status: 404, title: 'Not found' },
  'method-not-allowed': { status: 405, title: 'Method not allowed' },
  'unknown-model': { status: 404, title: 'Unknown model' },
  'unknown-version': { status: 404, title: 'Unknown model version' },
  'unknown-prediction': { status: 404, title: 'Unknown prediction' },
  'feedback-late': { status: 410, title: 'Prediction kept no longer' },
  'feedback-conflict': { status: 409, title: 'Another label stands' },
  'feedback-unavailable': { status: 503, title: 'Feedback store unavailable' },
  'malformed-request': { status: 400, title: 'Malformed HTTP request' },
  'request-timeout': { status: 408, title: 'Request timeout' },
  'expectation-failed': { status: 417, title: 'Expectation failed' },
  'headers-too-large': { status: 431, title: 'Request headers too large' },
  'body-too-large': { status: 413, title: 'Request body too large' },
  'unsupported-media-type': { status: 415, title: 'Unsupported media type' },
  unauthenticated: { status: 401, title: 'Key required' },
  forbidden: { status: 403, title: 'Not allowed with this key' },
  'quota-exceeded': { status: 429, title: 'Quota exceeded' },
  'model-not-ready': { status: 503, title: 'Model not ready' },
  'backend-unavailable': { status: 503, title: 'Inference backend unavailable' },
  'deadline-exceeded': { status: 504, title: 'Deadline exceeded' },
  overloaded: { status: 503, title: 'Model overloaded' },
  'worker-crashed': { status: 503, title: 'Worker crashed' },
  // Nobody reads it; it is what logs and counters call a request whose client has left.
  'client-gone': { status: 499, title: 'Client gone' },
  'audit-unavailable': { status: 503, title: 'Audit log unavailable' },
  'metrics-incomplete': { status: 503, title: 'Metrics incomplete' },
  unsupported: { status: 501, title: 'Not supported' },
  'inference-failed': { status: 500, title: 'Inference failed' },
  'non-finite-output': { status: 500, title: 'Model answered with a non-finite number' },
  internal: { status: 500, title: 'Internal error' },
  'manifest-missing': refusedPackage,
  'manifest-invalid': refusedPackage,
  'path-not-confined': refusedPackage,
  'path-absolute': refusedPackage,
  'path-remote': refusedPackage,
  'path-symlink': refusedPackage,
  'package-too-large': refusedPackage,
  'file-missing': refusedPackage,
  'file-unlisted': refusedPackage,
  'file-irregular': refusedPackage,
  'file-truncated': refusedPackage,
  'digest-mismatch': refusedPackage,
  'model-invalid': refusedPackage,
  'layer-unknown': refusedPackage,
  'weights-order': refusedPackage,
  'weights-not-finite': refusedPackage,
  'golden-invalid': refusedPackage,
  'signature-mismatch': refusedPackage,
  'golden-mismatch': refusedPackage,
  'signature-missing': refusedPackage,
  'signature-invalid': refusedPackage,
  'tarball-corrupt': refusedPackage,
  'tarball-layout': refusedPackage,
  'tarball-link': refusedPackage,
  'tarball-device': refusedPackage,
  'tarball-duplicate': refusedPackage,
  'tarball-too-large': refusedPackage,
  'tarball-too-many-files': refusedPackage,
  'tarball-bomb': refusedPackage,
  'version-in-use': { status: 409, title: 'Model version in use' },
  'no-rollout': { status: 404, title: 'No rollout' },
  'rollout-in-progress': { status: 409, title: 'Rollout in progress' },
  'candidate-is-current': { status: 409, title: 'Candidate answers already' },
  'incompatible-signature': { status: 422, title: 'Incompatible signature' },
  'unknown-alias': { status: 404, title: 'Unknown alias' },
  'state-not-writable': { status: 503, title: 'State folder not writable' },
  'version-exists': { status: 409, title: 'Model version exists' },
  'models-dir-unwritable': { status: 503, title: 'Models folder not writable' },
  'registry-not-configured': { status: 503, title: 'Model registry not configured' },
  'registry-unknown-package': { status: 404, title: 'Model not in the registry' },
  'registry-no-version': { status: 404, title: 'No such version in the registry' },
  'registry-unauthorised': registryFailed,
  'registry-unreachable': registryFailed,
  'registry-integrity': registryFailed,
  'registry-failed': registryFailed,
};

/** The HTTP status that every door gives to an error of this code. */
export function statusOf(code: ErrorCode): number {
  return PROBLEMS[code].status;
}

export function toProblem(error: TensornestError, requestId: string): ProblemDetails {
  const { code, message, problems, retryAfterSeconds } = error;
  return {
    type: `/problems/${code}`,
    title: PROBLEMS[code].title,
    status: PROBLEMS[code].status,
    detail: message,
    instance: requestId,
    ...(problems.length === 0 ? {} : { errors: problems }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterMs: retryAfterSeconds * 1_000 }),
  };
}
