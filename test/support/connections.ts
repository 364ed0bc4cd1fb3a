import type { Server } from 'node:net';
import { promisify } from 'node:util';

/** Tells how many connections `server` has at the moment. */
export function connections(server: Server): () => Promise<number> {
  return promisify((done: (error: Error | null, count: number) => void) => {
    server.getConnections(done);
  });
}
