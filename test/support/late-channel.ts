import { spawn } from 'node:child_process';
import cluster from 'node:cluster';
import { join } from 'node:path';
import type * as SeatFile from '../../src/cluster/seat.js';

/** More than a pipe holds, so that Node has to wait while it sends it. */
const LARGE = 'x'.repeat(4_000_000);
/** How long the channel outlives its process, in seconds. */
const LATE_SECONDS = '1';

/** A group of one process that ends well, while somebody else still holds the other end of its channel. */
if (cluster.isPrimary) {
  cluster.setupPrimary({ serialization: 'advanced' });
  const { Seat } = (await import(join(import.meta.dirname, '../../dist/cluster/seat.js'))) as typeof SeatFile;
  const nothing = (): undefined => undefined;
  const seat = new Seat({
    view: () => ({ note: LARGE }) as never,
    begun: nothing,
    listening: nothing,
    message: () => {
      seat.stop('SIGTERM');
    },
    died: nothing,
  });
  const ended = seat.run();
  process.exit((await ended) ? 0 : 1);
} else {
  process.on('SIGTERM', () => {
    const { fd } = process.channel as unknown as { fd: number };
    spawn('sleep', [LATE_SECONDS], { stdio: ['ignore', 'ignore', 'ignore', fd] }).unref();
    process.exit(0);
  });
  process.once('message', () => process.send!({ type: 'greeting', text: '' }));
}
