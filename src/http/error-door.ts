import type { Request, Response } from 'express';
import type { TensornestError } from '../core/errors.js';

/** A part of the service whose errors have a body of their own. */
export interface ErrorDoor {
  /** Where its paths begin, such as `/v2`; the case of letters does not matter. */
  readonly prefix: string;
  /** Answers the error. Nothing was sent yet. */
  answer(error: TensornestError, request: Request, response: Response): void;
}

export const ERROR_DOORS = Symbol('ERROR_DOORS');

export function isBehind({ prefix }: Pick<ErrorDoor, 'prefix'>, path: string): boolean {
  const start = path.slice(0, prefix.length + 1).toLowerCase();
  return start === prefix || start === `${prefix}/`;
}
