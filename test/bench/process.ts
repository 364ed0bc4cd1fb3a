import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, closeSync } from 'node:fs';
import { mkdir, readFile, truncate } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { OUTPUT } from './paths.ts';
import type { Launch, ServerSpec } from './servers.ts';

const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 5_000;

export interface Running {
  readonly name: string;
  readonly pid: number;
  readonly origin: string;
  /** From the spawn to the first answer of status 200. */
  readonly readyMs: number;
  /** Empties the server's logs: minutes of full load would fill the disk. */
  truncateLogs(): Promise<void>;
  stop(): Promise<void>;
}

const children = new Set<ChildProcess>();

/** The last resort when the benchmark itself has to end: every process that it started, each by its own id. */
export function killAll(): void {
  for (const child of children) child.kill('SIGKILL');
}

export async function start(spec: ServerSpec, context: Omit<Launch, 'port' | 'auditLog'>): Promise<Running> {
  const logs = join(OUTPUT, 'logs');
  await mkdir(logs, { recursive: true });
  const [log, auditLog] = [join(logs, `${spec.name}.log`), join(logs, `${spec.name}.audit.log`)];
  const port = await freePort();
  const { file, args, env } = spec.command({ ...context, port, auditLog });
  const origin = `http://127.0.0.1:${port}`;
  const begin = performance.now();
  const child = spawnLogged(file, args, { ...process.env, ...env }, log);
  try {
    await untilReady(child, origin + spec.ready);
  } catch (cause) {
    await stop(child);
    const tail = (await readFile(log, 'utf8')).slice(-2_000);
    throw new Error(`${spec.name} did not become ready:\n${tail}`, { cause });
  }
  return {
    name: spec.name,
    pid: child.pid ?? NaN,
    origin,
    readyMs: performance.now() - begin,
    truncateLogs: async () => {
      await Promise.all([log, auditLog].map((path) => truncate(path).catch(() => undefined)));
    },
    stop: () => stop(child),
  };
}

function spawnLogged(file: string, args: readonly string[], env: NodeJS.ProcessEnv, log: string): ChildProcess {
  // Append mode, so that the file really shrinks when it is emptied under the running process.
  const fd = openSync(log, 'a');
  const child = spawn(file, args, { env, stdio: ['ignore', fd, fd] });
  closeSync(fd);
  children.add(child);
  child.once('exit', () => children.delete(child));
  // A command that cannot be started has no exit; the ready loop sees that it has no process id.
  child.once('error', () => children.delete(child));
  return child;
}

async function untilReady(child: ChildProcess, url: string): Promise<void> {
  const deadline = performance.now() + READY_WITHIN_MS;
  while (performance.now() < deadline) {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) break;
    const status = await fetch(url, { signal: AbortSignal.timeout(2_000) })
      .then(async (response) => (await response.arrayBuffer(), response.status))
      .catch(() => 0);
    if (status === 200) return;
    await sleep(5);
  }
  throw new Error(`no 200 from ${url}`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
  await exit;
  clearTimeout(timer);
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('A TCP server has no port. This is a bug.');
  return address.port;
}
