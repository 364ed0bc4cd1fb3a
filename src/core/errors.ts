/** A model package that was refused, by what is wrong with it. */
export type PackageFault =
  | 'manifest-missing'
  | 'manifest-invalid'
  | 'path-not-confined'
  | 'path-absolute'
  | 'path-remote'
  | 'path-symlink'
  | 'package-too-large'
  | 'file-missing'
  | 'file-unlisted'
  | 'file-irregular'
  | 'file-truncated'
  | 'digest-mismatch'
  | 'model-invalid'
  | 'layer-unknown'
  | 'weights-order'
  | 'weights-not-finite'
  | 'golden-invalid'
  | 'signature-mismatch'
  | 'golden-mismatch'
  // who signed it
  | 'signature-missing'
  | 'signature-invalid'
  // the tarball that it came in
  | 'tarball-corrupt'
  | 'tarball-layout'
  | 'tarball-link'
  | 'tarball-device'
  | 'tarball-duplicate'
  | 'tarball-too-large'
  | 'tarball-too-many-files'
  | 'tarball-bomb';

/** A package that could not be had from the npm registry, or not be given to it. */
export type RegistryFault =
  | 'registry-not-configured'
  | 'registry-unauthorised'
  | 'registry-unreachable'
  | 'registry-unknown-package'
  | 'registry-no-version'
  | 'registry-integrity'
  | 'registry-failed';

/**
 * Everything that can go wrong in the service, by name. Doors translate a code into their own status and body; a new
 * code does not compile until every door has done so.
 */
export type ErrorCode =
  | PackageFault
  | RegistryFault
  // what is on trial beside what answers
  | 'no-rollout'
  | 'rollout-in-progress'
  | 'candidate-is-current'
  | 'incompatible-signature'
  // what is in the models folder
  | 'version-exists'
  | 'version-in-use'
  | 'unknown-alias'
  | 'state-not-writable'
  | 'models-dir-unwritable'
  // what a client sent
  | 'invalid-input'
  | 'malformed-json'
  | 'bad-request'
  | 'body-too-large'
  | 'headers-too-large'
  | 'request-timeout'
  | 'expectation-failed'
  | 'malformed-request'
  | 'unsupported-media-type'
  | 'not-found'
  | 'method-not-allowed'
  | 'unknown-model'
  | 'unknown-version'
  // what became of a prediction
  | 'unknown-prediction'
  | 'feedback-late'
  | 'feedback-conflict'
  | 'feedback-unavailable'
  // who sent it
  | 'unauthenticated'
  | 'forbidden'
  | 'quota-exceeded'
  // what the service is in
  | 'model-not-ready'
  | 'backend-unavailable'
  | 'deadline-exceeded'
  | 'overloaded'
  | 'worker-crashed'
  | 'client-gone'
  | 'unsupported'
  | 'metrics-incomplete'
  | 'audit-unavailable'
  | 'inference-failed'
  | 'non-finite-output'
  | 'internal';

/** Why one value of a request was refused. */
export type InputFault =
  | 'required'
  | 'null'
  | 'wrong-type'
  | 'not-allowed'
  | 'not-finite'
  | 'out-of-range'
  | 'too-few'
  | 'too-many'
  | 'too-deep'
  | 'unknown-field'
  | 'duplicate'
  | 'forbidden-key';

/** One problem with one value of a request. */
export interface InputProblem {
  /** RFC 6901 JSON pointer to the value in the request's own document, such as `/inputs/3/buying`. */
  readonly pointer: string;
  readonly code: InputFault;
  /** A sentence that says what is wrong and what to send instead. */
  readonly message: string;
  /** The values that would have been accepted, where they can be listed. */
  readonly allowed?: readonly string[];
  /** The accepted value (or field name) closest to what was sent, where one is close. */
  readonly nearest?: string;
}

export interface ErrorDetails {
  /** Every problem of the input, for `invalid-input`. */
  readonly problems?: readonly InputProblem[];
  /** Whole seconds after which the same request may well succeed. */
  readonly retryAfterSeconds?: number;
  /** What raised it; for the log, never for a client. */
  readonly cause?: unknown;
}

/** The one error that the service raises on purpose. `message` is fit for a client: it never holds a path or a stack. */
export class TensornestError extends Error {
  override readonly name = 'TensornestError';
  readonly problems: readonly InputProblem[];
  readonly retryAfterSeconds: number | undefined;

  constructor(
    readonly code: ErrorCode,
    message: string,
    details: ErrorDetails = {},
  ) {
    super(message, { cause: details.cause });
    this.problems = details.problems ?? [];
    this.retryAfterSeconds = details.retryAfterSeconds;
  }
}

/** The reason in `error`, for a log line or a status page. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Any thrown thing as one of our errors; one that nobody foresaw is `internal` and keeps its reason. */
export function refusalFrom(thrown: unknown): TensornestError {
  if (thrown instanceof TensornestError) return thrown;
  return new TensornestError('internal', reasonOf(thrown), { cause: thrown });
}

export function unknownModel(name: string): TensornestError {
  return new TensornestError('unknown-model', `There is no model ${JSON.stringify(name)}.`);
}
