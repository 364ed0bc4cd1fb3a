import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { Environment } from '../../src/config/load-config.js';
import { ServiceProcess } from './service-process.js';

/** An empty folder of the test's own, removed after it. */
export let folder: string;
/** The process that the test started last, killed after it. */
export let service: ServiceProcess;
let running: ServiceProcess | undefined;

export function ownProcess(): void {
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tensornest-own-'));
  });

  afterEach(async () => {
    running?.signal('SIGKILL');
    await running?.exit();
    running = undefined;
    await rm(folder, { recursive: true, force: true });
  });
}

/** Resolves to where it listens. */
export function startProcess(env: Environment): Promise<string> {
  running = service = new ServiceProcess(env);
  return service.url();
}

/** Exit code. */
export function stopProcess(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
  service.signal(signal);
  return service.exit();
}
