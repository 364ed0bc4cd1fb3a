import { ensureBuilt } from '../../src/cli/ensure-built.js';

/** Some tests start the real process: it must be today's. */
export default function setup(): void {
  ensureBuilt();
}
