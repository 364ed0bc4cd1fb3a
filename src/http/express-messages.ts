import { IncomingMessage, ServerResponse } from 'node:http';
import type { Express, Response } from 'express';
import { REQUEST_ID_HEADER, requestIdOf } from './request-context.js';

export interface ExpressMessages {
  readonly IncomingMessage: typeof IncomingMessage;
  readonly ServerResponse: typeof ServerResponse;
}

/**
 * Message classes that are born with the prototypes that Express gives to its requests and responses. Express sets them on
 * every single message, which makes V8 give up what it knows of the message's shape; setting what is there already is free.
 */
export function expressMessages(app: Express): ExpressMessages {
  // Real subclasses, so that V8 lays the messages out like Node's own.
  class Request extends IncomingMessage {}
  class Reply<R extends IncomingMessage = IncomingMessage> extends ServerResponse<R> {}
  app.request = adopt(Request.prototype, app.request);
  app.response = adopt(Reply.prototype, app.response);
  return { IncomingMessage: Request, ServerResponse: Reply };
}

/** Puts Express's methods between `prototype` and Node's. */
function adopt<T extends object>(prototype: object, express: T): T {
  return Object.setPrototypeOf(prototype, express) as T;
}

/** Every response repeats its request's id, whoever writes it. `attend` is called before each. */
export function stampRequestIds(app: Express, attend: (response: Response) => void): void {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- it is applied to the response at hand, below
  const writeHead = ServerResponse.prototype.writeHead as (...parts: unknown[]) => ServerResponse;
  app.response.writeHead = function stamped(this: Response, ...parts: unknown[]) {
    attend(this);
    const id = requestIdOf(this.req);
    if (id !== '' && !this.hasHeader(REQUEST_ID_HEADER)) this.setHeader(REQUEST_ID_HEADER, id);
    writeHead.apply(this, parts);
    return this;
  } as typeof app.response.writeHead;
}
