import type { Request, Response } from 'express';
import type { TensornestError } from '../core/errors.js';
import { PROBLEM_JSON, toProblem } from './problem-details.js';
import { requestIdOf } from './request-context.js';

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

/** Answers the error as the door that the request came to does, or as problem details. Nothing was sent yet. */
export function answerError(
  doors: readonly ErrorDoor[],
  error: TensornestError,
  request: Request,
  response: Response,
): void {
  const [path] = request.originalUrl.split('?', 1);
  const door = doors.find((candidate) => isBehind(candidate, path!));
  if (door !== undefined) {
    door.answer(error, request, response);
    return;
  }
  const problem = toProblem(error, requestIdOf(request));
  response.status(problem.status).type(PROBLEM_JSON).send(JSON.stringify(problem));
}
