import { get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Running } from './process.ts';
import { quantile } from './statistics.ts';

const EVERY_MS = 50;

export interface ProbeLatency {
  readonly probes: number;
  readonly failed: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** Asks `url` every 50 ms until `until` settles, without waiting for earlier answers: a blocked server must not hide it. */
export async function probeUntil(url: string, until: Promise<unknown>): Promise<ProbeLatency> {
  const pending: Promise<number>[] = [];
  const timer = setInterval(() => pending.push(probe(url)), EVERY_MS);
  try {
    await until;
  } finally {
    clearInterval(timer);
  }
  const all = await Promise.all(pending);
  const answered = all.filter(Number.isFinite).sort((left, right) => left - right);
  return {
    probes: all.length,
    failed: all.length - answered.length,
    p50Ms: quantile(answered, 0.5),
    p99Ms: quantile(answered, 0.99),
    maxMs: answered.at(-1) ?? NaN,
  };
}

/** Milliseconds to an answer of status 200 over a connection of its own, as an orchestrator asks; NaN for a failure. */
function probe(url: string): Promise<number> {
  const begin = performance.now();
  return new Promise((resolve) => {
    const request = get(url, { agent: false, timeout: 10_000 }, (response) => {
      response.resume();
      response.on('end', () => {
        resolve(response.statusCode === 200 ? performance.now() - begin : NaN);
      });
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => {
      resolve(NaN);
    });
  });
}

/** `tensornest_tensors` of the service's metrics, of all its threads; undefined where it has none. */
export async function tensorCount({ origin }: Running): Promise<number | undefined> {
  const response = await fetch(`${origin}/metrics`);
  const text = await response.text();
  const samples = response.ok ? [...text.matchAll(/^tensornest_tensors(?:\{[^}]*\})? (\S+)$/gm)] : [];
  return samples.length === 0 ? undefined : samples.reduce((sum, [, value]) => sum + Number(value), 0);
}

/** Waits for a server to come to rest after load. */
export const settle = (seconds: number): Promise<void> => sleep(seconds * 1_000);
