import { type ArgumentsHost, Catch, type ExceptionFilter, Inject, Logger } from '@nestjs/common';
import type { Request, Response } from 'express';
import { answerError, ERROR_DOORS, type ErrorDoor } from './error-door.js';
import { statusOf } from './problem-details.js';
import { noteFailure } from './request-context.js';
import { toTensornestError } from './to-tensornest-error.js';

/** Answers every error as problem details, or as its door does: never HTML, never a stack. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Http');

  constructor(@Inject(ERROR_DOORS) private readonly doors: readonly ErrorDoor[]) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const response = http.getResponse<Response>();
    const request = http.getRequest<Request>();
    const error = toTensornestError(thrown);
    noteFailure(request, error);
    if (statusOf(error.code) === 500) this.logger.error({ err: error.cause ?? error }, error.message);
    if (response.headersSent || response.closed) {
      response.destroy();
      return;
    }
    if (error.retryAfterSeconds !== undefined) response.setHeader('Retry-After', error.retryAfterSeconds);
    answerError(this.doors, error, request, response);
  }
}
