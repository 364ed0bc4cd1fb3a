import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import type { Request, Response } from 'express';
import { PROBLEM_JSON, toProblem } from './problem-details.js';
import { requestIdOf } from './request-context.js';
import { toTensornestError } from './to-tensornest-error.js';

/** Answers every error as problem details: never HTML, never a stack. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Http');

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const response = http.getResponse<Response>();
    const error = toTensornestError(thrown);
    const problem = toProblem(error, requestIdOf(http.getRequest<Request>()));
    if (problem.status === 500) this.logger.error({ err: error.cause ?? error }, error.message);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    response.status(problem.status).type(PROBLEM_JSON).send(JSON.stringify(problem));
  }
}
