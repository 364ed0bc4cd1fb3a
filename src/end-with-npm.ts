import { startedByNpm } from './config/environment.js';

/** How often the parent is looked at, in milliseconds. */
const LOOK_EVERY_MS = 500;

/**
 * Has a service that npm started end when npm is told to. NOTE: npm 11 passes a signal on to the shell it runs the script in
 * and not to us, so the shell dies and the service would stay behind with its port.
 */
export function endWithNpm(): void {
  if (!startedByNpm()) return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, LOOK_EVERY_MS);
  watch.unref();
}
