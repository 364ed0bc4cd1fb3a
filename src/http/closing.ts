import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** How long a client that is still sending gets to notice its answer. */
const LINGER_MS = 1_000;

/**
 * Has the connection end with this answer, though the client may still be sending: what else it sends is read and thrown
 * away for a second. A socket that is closed with unread bytes in it would send a reset, which can take the answer with
 * it before the client has seen it (RFC 9112, section 9.6).
 */
export function closeAfter(response: ServerResponse): void {
  response.shouldKeepAlive = false;
  // Node calls this when the last answer is on its way.
  response.req.socket.destroySoon = linger;
}

/** Ends what we send, and ignores what still comes until the client ends or the time is over. */
export function lingerOn(socket: Socket): void {
  linger.call(socket);
}

function linger(this: Socket): void {
  if (this.destroyed) return;
  // NOTE: a listener takes the bytes away from the HTTP parser, which would look for another request in them.
  this.on('data', () => undefined);
  this.removeAllListeners('data');
  this.resume();
  this.end();
  const timer = setTimeout(() => {
    this.destroy();
  }, LINGER_MS);
  this.once('close', () => {
    clearTimeout(timer);
  });
}
