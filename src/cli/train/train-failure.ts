import type { ExitCode } from '../exit.js';

/** What went wrong in the thread, as far as it crosses. */
export class TrainFailure extends Error {
  override readonly name = 'TrainFailure';

  constructor(
    /** A code of the service, or else `usage` or `failed`. */
    readonly code: string,
    message: string,
    readonly exit: ExitCode,
  ) {
    super(message);
  }
}
