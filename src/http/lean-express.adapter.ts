import { type OutgoingHttpHeaders, type Server, ServerResponse } from 'node:http';
// NOTE: not from its index, which loads what reads uploads in forms.
import { ExpressAdapter } from '@nestjs/platform-express/adapters/express-adapter.js';
import type { Express, Response } from 'express';
import type { EdgeLimits } from '../core/app-config.js';
import { PREDICTION_ID_HEADER } from '../core/prediction-id.js';
import { createEdgeServer } from './edge-server.js';
import { type ExpressMessages, expressMessages, stampRequestIds } from './express-messages.js';
import { JsonBytes, type JsonReply, JsonText } from './json-reply.js';
import { REQUEST_ID_HEADER, requestIdOf } from './request-context.js';

/**
 * Nest's own Express adapter with less work per request: messages that Express need not alter, and a short way out for
 * `JsonText`. All routes, pipes and filters are Nest's as ever.
 */
export class LeanExpressAdapter extends ExpressAdapter {
  /** Asks every client to close its connection with the answer, and to go elsewhere. */
  draining = false;
  private knownMessages: ExpressMessages | undefined;

  constructor(private readonly limits: EdgeLimits) {
    super();
    const app = this.getInstance<Express>();
    for (const setting of ['x-powered-by', 'etag', 'query parser']) app.disable(setting);
    stampRequestIds(app, (response) => {
      this.attend(response);
    });
  }

  /** What requests and responses are made of, for those too that no request handler sees. */
  get messages(): ExpressMessages {
    this.knownMessages ??= expressMessages(this.getInstance<Express>());
    return this.knownMessages;
  }

  override initHttpServer(): void {
    this.setHttpServer(this.newServer());
  }

  /** A server of the same application. All of them share one pair of message classes, so that V8 sees one shape. */
  newServer(): Server {
    const app = this.getInstance<Express>();
    return createEdgeServer(app, this.messages, this.limits);
  }

  override reply(response: Response, body: unknown, statusCode?: number): unknown {
    if (body instanceof JsonText) {
      const { text, byteLength } = body;
      this.attend(response);
      writeHead(response, statusCode, byteLength, body);
      // Plain ASCII is its own Latin-1, which Node writes faster than UTF-8.
      return response.end(text, byteLength === text.length ? 'latin1' : 'utf8');
    }
    if (body instanceof JsonBytes) {
      this.attend(response);
      writeHead(response, statusCode, body.bytes.length, body);
      return response.end(body.bytes, body.release);
    }
    return super.reply(response, body, statusCode) as unknown;
  }

  private attend(response: Response): void {
    // Node writes `Connection: close` then, and closes the connection behind the answer.
    if (this.draining) response.shouldKeepAlive = false;
  }
}

/**
 * The whole head in one call, and a body of known length, so that both leave in one write. Express itself would look at
 * content types, entity tags and freshness.
 */
function writeHead(
  response: Response,
  status: number | undefined,
  length: number,
  { serverTiming, predictionId }: JsonReply,
): void {
  const headers = [
    REQUEST_ID_HEADER,
    requestIdOf(response.req),
    'Content-Type',
    'application/json; charset=utf-8',
    'Content-Length',
    String(length),
  ];
  if (serverTiming !== undefined) headers.push('Server-Timing', serverTiming);
  if (predictionId !== undefined) headers.push(PREDICTION_ID_HEADER, predictionId);
  const parts = [status ?? response.statusCode, headers as unknown as OutgoingHttpHeaders] as const;
  ServerResponse.prototype.writeHead.call(response, ...parts);
}
