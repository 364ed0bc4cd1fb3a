import type { Request, Response } from 'express';
import type { TensornestError } from '../../../core/errors.js';
import type { ErrorDoor } from '../../../http/error-door.js';
import { statusOf } from '../../../http/problem-details.js';
import { detailsOf } from '../open-inference/oip-errors.js';

export const V1_PREFIX = '/v1';

/** The error bodies of TensorFlow Serving and KServe: a sentence, and the details that are ours. */
export const v1Errors: ErrorDoor = {
  prefix: V1_PREFIX,
  answer: ({ code, message, problems }: TensornestError, _request: Request, response: Response) => {
    const body = { error: message, ...detailsOf(problems) };
    sendJson(response.status(statusOf(code)), `${JSON.stringify(body, null, 4)}\n`);
  },
};

/** JSON as these servers send it: Express would add a charset that their tests do not expect. */
export function sendJson(response: Response, text: string): void {
  response.setHeader('Content-Type', 'application/json');
  response.end(text);
}
