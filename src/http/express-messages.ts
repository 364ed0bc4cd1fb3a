import { IncomingMessage, type ServerOptions, ServerResponse } from 'node:http';
import type { Express, Response } from 'express';
import { REQUEST_ID_HEADER, requestIdOf } from './request-context.js';

type MessageClass = (new (...parts: never[]) => object) & { prototype: object };

/**
 * Message classes that are born with Express's prototypes. Express sets the prototype of every request and response, which
 * makes V8 give up what it knows of their shapes; setting the one that they have already is free.
 */
export function expressMessages(app: Express): ServerOptions {
  return {
    IncomingMessage: withPrototype(IncomingMessage, app.request),
    ServerResponse: withPrototype(ServerResponse, app.response),
  } as ServerOptions;
}

function withPrototype(base: MessageClass, prototype: object): MessageClass {
  function Message(this: object, ...parts: unknown[]): void {
    // Node's message classes are functions, which may be called on an object that exists.
    (base as unknown as (...parts: unknown[]) => void).apply(this, parts);
  }
  Message.prototype = prototype;
  return Message as unknown as MessageClass;
}

/** Every response repeats its request's id, whoever writes it. */
export function stampRequestIds(app: Express): void {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- it is applied to the response at hand, below
  const writeHead = ServerResponse.prototype.writeHead as (...parts: unknown[]) => ServerResponse;
  app.response.writeHead = function stamped(this: Response, ...parts: unknown[]) {
    const id = requestIdOf(this.req);
    if (id !== '' && !this.hasHeader(REQUEST_ID_HEADER)) this.setHeader(REQUEST_ID_HEADER, id);
    writeHead.apply(this, parts);
    return this;
  } as typeof app.response.writeHead;
}
