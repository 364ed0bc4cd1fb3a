import type { Request, Response } from 'express';
import type { InputProblem, TensornestError } from '../../../core/errors.js';
import type { ErrorDoor } from '../../../http/error-door.js';
import { statusOf } from '../../../http/problem-details.js';

export const OIP_PREFIX = '/v2';

/** One problem of the input. The protocol knows only the sentence; the details are ours. */
export interface ErrorDetail {
  /** JSON pointer into the request. */
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

export interface OipError {
  readonly error: string;
  readonly details?: readonly ErrorDetail[];
}

/** What clients of this protocol look for at the start of the sentence. */
export function oipMessage({ code, message }: Pick<TensornestError, 'code' | 'message'>): string {
  if (code === 'not-found') return 'Not Found';
  return code === 'unknown-model' || code === 'unknown-version' ? `Request for unknown model: ${message}` : message;
}

export function oipError(error: TensornestError): OipError {
  return { error: oipMessage(error), ...detailsOf(error.problems) };
}

export function detailsOf(problems: readonly InputProblem[]): { details?: readonly ErrorDetail[] } {
  if (problems.length === 0) return {};
  return { details: problems.map(({ pointer, code, message }) => ({ path: pointer, code, message })) };
}

/** The error bodies of the Open Inference Protocol. */
export const oipErrors: ErrorDoor = {
  prefix: OIP_PREFIX,
  answer: (error: TensornestError, _request: Request, response: Response) => {
    response.status(statusOf(error.code)).json(oipError(error));
  },
};
