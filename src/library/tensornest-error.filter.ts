import { type ArgumentsHost, Catch, type ExceptionFilter, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { randomUUID } from 'node:crypto';
import { TensornestError } from '../core/errors.js';
import { PROBLEM_JSON, toProblem } from '../http/problem-details.js';

/**
 * Answers a `TensornestError` that a host's own route throws as problem details, with the status that it has at our doors.
 * Nothing uses it unless the host does: `@UseFilters(TensornestErrorFilter)`.
 */
@Catch(TensornestError)
@Injectable()
export class TensornestErrorFilter implements ExceptionFilter<TensornestError> {
  constructor(private readonly host: HttpAdapterHost) {}

  catch(error: TensornestError, host: ArgumentsHost): void {
    const { httpAdapter } = this.host;
    const response: unknown = host.switchToHttp().getResponse();
    const problem = toProblem(error, randomUUID());
    httpAdapter.setHeader(response, 'Content-Type', PROBLEM_JSON);
    if (error.retryAfterSeconds !== undefined) {
      httpAdapter.setHeader(response, 'Retry-After', String(error.retryAfterSeconds));
    }
    httpAdapter.reply(response, problem, problem.status);
  }
}
