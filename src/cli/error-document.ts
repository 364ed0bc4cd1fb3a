import { CommanderError } from 'commander';
import { reasonOf, TensornestError } from '../core/errors.js';
import { EXIT, exitCodeOf } from './exit.js';
import { TrainFailure } from './train/train-failure.js';

/** An error for a program to read. */
export interface ErrorDocument {
  /** A code of the service, or else `usage` or `failed`. */
  readonly code: string;
  readonly message: string;
}

export function errorDocument(error: unknown): ErrorDocument {
  if (error instanceof TrainFailure) return { code: error.code, message: error.message };
  if (error instanceof CommanderError) return { code: 'usage', message: error.message.replace(/^error: /, '') };
  const code = error instanceof TensornestError ? error.code : exitCodeOf(error) === EXIT.usage ? 'usage' : 'failed';
  return { code, message: reasonOf(error) };
}
