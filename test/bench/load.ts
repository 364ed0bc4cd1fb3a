import { execFile } from 'node:child_process';
import { join } from 'node:path';
import type { Bodies } from './bodies.ts';
import { BENCH } from './paths.ts';

/** What a load generator reports about one segment. */
export interface Load {
  readonly requests: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Answers of status 300 and above. */
  readonly refused: number;
  /** Requests without an answer. */
  readonly broken: number;
}

export interface Target {
  readonly url: string;
  readonly bodies: Bodies;
  readonly connections: number;
  readonly seconds: number;
}

export type Generator = 'wrk' | 'autocannon';

/** Drives `target` in a closed loop: a connection sends its next request when it has the answer to the last one. */
export async function drive(generator: Generator, target: Target, signal: AbortSignal): Promise<Load> {
  const [file, args] = generator === 'wrk' ? wrk(target) : autocannon(target);
  const output = await run(file, args, target.seconds + 30, signal);
  const line = /^BENCH (\{.*\})$/m.exec(output)?.[1];
  if (line === undefined) throw new Error(`${generator} reported nothing:\n${output}`);
  return JSON.parse(line) as Load;
}

function wrk({ url, bodies, connections, seconds }: Target): [string, string[]] {
  const { origin, pathname } = new URL(url);
  const script = ['-s', join(BENCH, 'wrk.lua'), origin, '--', pathname, bodies.folder, String(bodies.texts.length)];
  // One thread: the server under test needs the other core.
  return ['wrk', ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s', '--latency', ...script]];
}

function autocannon({ url, bodies, connections, seconds }: Target): [string, string[]] {
  const numbers = [bodies.texts.length, connections, seconds].map(String);
  return [process.execPath, [join(BENCH, 'autocannon-client.mjs'), url, bodies.folder, ...numbers]];
}

function run(file: string, args: string[], timeoutSeconds: number, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(file, args, { signal, timeout: timeoutSeconds * 1_000 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${file} failed: ${error.message}\n${stderr}`, { cause: error }));
    });
  });
}
