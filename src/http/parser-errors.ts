import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Inject, Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { TensornestError } from '../core/errors.js';
import { METRICS, type Metrics, type Sample } from '../core/ports/metrics.js';
import { closeAfter, lingerOn } from './closing.js';
import { answerError, ERROR_DOORS, type ErrorDoor } from './error-door.js';
import type { ExpressMessages } from './express-messages.js';
import {
  type ParserError,
  parserRefusal,
  type RefusalReason,
  REFUSAL_REASONS,
  type RequestLine,
  requestLineOf,
} from './parser-refusal.js';
import { identify, isAnsweredEarly } from './request-context.js';

/** A socket with the response that Node is writing to it, if any; the others of a pipeline wait behind that one. */
type HttpSocket = Socket & { readonly _httpMessage?: ServerResponse | null };

/** Requests that take as long as they need. */
const patient = new WeakSet<IncomingMessage>();

/** Lets a body take as long as it keeps coming, with pauses of at most `idleMs`: for uploads, which few may send. */
export function takeYourTime(request: IncomingMessage, idleMs: number): void {
  patient.add(request);
  const { socket } = request;
  socket.setTimeout(idleMs);
  request.once('end', () => socket.setTimeout(0));
}

/**
 * Answers what Node's parser refuses before there is a request, or in the middle of one: with the body of the door that was
 * meant where that can be told, and as problem details elsewhere. Node itself would answer without any body.
 */
@Injectable()
export class ParserErrors {
  private readonly refused = new Map<RefusalReason, number>(REFUSAL_REASONS.map((reason) => [reason, 0]));
  private dropped = 0;

  constructor(
    @Inject(ERROR_DOORS) private readonly doors: readonly ErrorDoor[],
    @Inject(METRICS) metrics: Metrics,
  ) {
    metrics.add(
      {
        type: 'counter',
        name: 'tensornest_http_parser_errors_total',
        help: 'Requests that were refused before any door saw them, or while their body was read.',
        labels: ['reason'],
        read: () => [...this.refused].map(([reason, value]): Sample => ({ labels: [reason], value })),
      },
      {
        type: 'counter',
        name: 'tensornest_http_connections_dropped_total',
        help: 'Connections that were closed at once because there were MAX_CONNECTIONS already.',
        labels: [],
        read: () => [{ labels: [], value: this.dropped }],
      },
    );
  }

  /** Answers for `server`, whose messages are of these classes. */
  answerFor(server: Server, messages: ExpressMessages): void {
    server.on('clientError', (error: ParserError, socket: Socket) => {
      this.refuse(error, socket, messages);
    });
    server.on('connect', ({ method = '', url = '' }: IncomingMessage, socket: Socket) => {
      this.count('connect');
      const error = new TensornestError('method-not-allowed', 'This server is no proxy.');
      this.answerAlone(error, socket, messages, { method, url });
    });
    server.on('drop', () => {
      this.dropped += 1;
    });
  }

  private refuse(error: ParserError, socket: HttpSocket, messages: ExpressMessages): void {
    const refusal = parserRefusal(error);
    const answering = socket._httpMessage ?? null;
    if (refusal?.reason === 'timeout' && answering !== null && patient.has(answering.req)) return;
    if (refusal === null || !socket.writable || isAnsweredEarly(socket)) {
      socket.destroy();
      return;
    }
    this.count(refusal.reason);
    this.answerInTurn(refusal.error, socket, messages, requestLineOf(error.rawPacket));
  }

  /** The answers to the requests before this one come first. */
  private answerInTurn(error: TensornestError, socket: HttpSocket, messages: ExpressMessages, line: RequestLine): void {
    const answering = socket._httpMessage ?? null;
    if (answering === null) {
      this.answerAlone(error, socket, messages, line);
    } else if (answering.req.complete || answering.headersSent) {
      // NOTE: in a later turn Node has given the socket to the next answer of the pipeline.
      answering.once('finish', () => {
        setImmediate(() => {
          if (!socket.writable || isAnsweredEarly(socket)) socket.destroy();
          else this.answerInTurn(error, socket, messages, line);
        });
      });
    } else {
      closeAfter(answering);
      answerError(this.doors, error, answering.req as Request, answering as Response);
    }
  }

  /** Answers on a connection on which no request is under way. */
  private answerAlone(error: TensornestError, socket: Socket, messages: ExpressMessages, line: RequestLine): void {
    const request = new messages.IncomingMessage(socket) as Request;
    Object.assign(request, line, { originalUrl: line.url, httpVersionMajor: 1, httpVersionMinor: 1 });
    identify(request);
    const response = new messages.ServerResponse(request) as Response;
    // As Express has it.
    request.res = response;
    response.shouldKeepAlive = false;
    response.assignSocket(socket);
    response.once('finish', () => {
      lingerOn(socket);
    });
    answerError(this.doors, error, request, response);
  }

  private count(reason: RefusalReason): void {
    this.refused.set(reason, this.refused.get(reason)! + 1);
  }
}
