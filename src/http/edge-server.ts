import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { EdgeLimits } from '../core/app-config.js';
import type { ExpressMessages } from './express-messages.js';

const SLASH = 0x2f;

/** How often slow clients are looked for, and by how much they may overrun their time. */
const LOOK_EVERY_MS = 1_000;

/**
 * An HTTP server that keeps to `limits`. Errors of its parser are for `ParserErrors` to answer, and everything that concerns
 * a request is left to `listener`, a missing Host header and every `Expect` included.
 */
export function createEdgeServer(listener: RequestListener, messages: ExpressMessages, limits: EdgeLimits): Server {
  const takeOver = (request: IncomingMessage, response: ServerResponse) => {
    toOriginForm(request);
    listener(request, response);
  };
  const server = createServer(
    {
      ...messages,
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.headersMs,
      requestTimeout: limits.bodyMs,
      keepAliveTimeout: limits.keepAliveMs,
      connectionsCheckingInterval: LOOK_EVERY_MS,
      // Node would answer without a body.
      requireHostHeader: false,
    },
    takeOver,
  );
  // Without the second, node:cluster would hand a connection on from process to process until one of them has room.
  Object.assign(server, { maxConnections: limits.connections, dropMaxConnection: true });
  server.on('checkContinue', takeOver).on('checkExpectation', takeOver);
  dropStalledReaders(server, limits.bodyMs);
  return server;
}

/** Drops clients that take nothing of their answer for `patienceMs`. Costs nothing per request: few answers have to wait at all. */
function dropStalledReaders(server: Server, patienceMs: number): void {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const look = setInterval(() => {
    for (const socket of sockets) {
      // Node's own timer for idle sockets counts as activity what the client has taken of what waits for it.
      if (socket.writableLength > 0 && !socket.timeout) socket.setTimeout(patienceMs);
    }
  }, LOOK_EVERY_MS).unref();
  server.once('close', () => {
    clearInterval(look);
  });
}

/** A path of its own for a request that names the whole URL, as clients of proxies do (RFC 9112, section 3.2.2). */
function toOriginForm(request: IncomingMessage): void {
  const { url = '' } = request;
  if (url.charCodeAt(0) === SLASH || !URL.canParse(url)) return;
  const { pathname, search } = new URL(url);
  // `mailto:` and its like have a path that begins with no slash.
  if (pathname.startsWith('/')) request.url = pathname + search;
}
