/** A model package that was refused, by what is wrong with it. */
export type PackageFault =
  | 'manifest-missing'
  | 'manifest-invalid'
  | 'path-not-confined'
  | 'file-missing'
  | 'file-unlisted'
  | 'digest-mismatch'
  | 'model-invalid'
  | 'golden-invalid'
  | 'signature-mismatch'
  | 'golden-mismatch';

/**
 * Everything that can go wrong in the service, by name. Doors translate a code into their own status and body; a new
 * code does not compile until every door has done so.
 */
export type ErrorCode =
  | PackageFault
  // what a client sent
  | 'invalid-input'
  | 'malformed-json'
  | 'bad-request'
  | 'body-too-large'
  | 'unsupported-media-type'
  | 'not-found'
  | 'unknown-model'
  | 'unknown-version'
  // what the service is in
  | 'model-not-ready'
  | 'backend-unavailable'
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
  | 'unknown-field'
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
  /** What raised it; for the log, never for a client. */
  readonly cause?: unknown;
}

/** The one error that the service raises on purpose. `message` is fit for a client: it never holds a path or a stack. */
export class TensornestError extends Error {
  override readonly name = 'TensornestError';
  readonly problems: readonly InputProblem[];

  constructor(
    readonly code: ErrorCode,
    message: string,
    details: ErrorDetails = {},
  ) {
    super(message, { cause: details.cause });
    this.problems = details.problems ?? [];
  }
}

/** The reason in `error`, for a log line or a status page. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
