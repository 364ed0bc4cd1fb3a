import { Agent } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { quantile, send } from '../support/exchange.js';
import { freePort } from '../support/free-port.js';
import { PacedLoad } from '../support/paced-load.js';
import { ServiceProcess } from '../support/service-process.js';
import { ARTICLE_ROW } from '../support/test-app.js';
import { Balancer } from './balancer.js';
import { SECONDS, writeFigures } from './figures.js';

/** The default. */
const DRAIN_SECONDS = 5;
/** Ten looks in the time that the service gives a balancer: most of them may be late. */
const CHECK_EVERY_MS = 500;
/** Requests per second, of each kind. */
const KEPT_CONNECTIONS = 150;
const NEW_CONNECTIONS = 100;
const LARGE_BODIES = 5;

let balancer: Balancer | undefined;
let replicas: ServiceProcess[] = [];
afterEach(async () => {
  await balancer?.end();
  for (const replica of replicas) replica.signal('SIGKILL');
  await Promise.all(replicas.map((replica) => replica.exit()));
});

/** How one replica came to its end. */
interface Ending {
  readonly code: number | null;
  readonly exitMs: number;
  /** From the signal to the first answer of readiness that is not 200. */
  readonly notReadyMs: number;
  readonly live: number;
}

function startReplica(port: number, drainSeconds: number): ServiceProcess {
  return new ServiceProcess({ PORT: String(port), DRAIN_SECONDS: String(drainSeconds), LOG_LEVEL: 'warn' });
}

async function replace(index: number, port: number, drainSeconds: number): Promise<Ending> {
  const old = replicas[index]!;
  const told = performance.now();
  old.signal('SIGTERM');
  const probe = (path: string) => send(`http://127.0.0.1:${port}/health/${path}`).answer;
  while ((await probe('ready')).status === 200) await setTimeout(5);
  const notReadyMs = performance.now() - told;
  const { status: live } = await probe('live');
  const code = await old.exit();
  const exitMs = performance.now() - told;
  replicas[index] = startReplica(port, drainSeconds);
  await replicas[index].url();
  // Until the balancer has seen it too.
  await setTimeout(3 * CHECK_EVERY_MS);
  return { code, exitMs, notReadyMs, live };
}

/** Replaces the replicas in turn for so long, under load. */
async function roll(seconds: number, drainSeconds: number) {
  const ports = [await freePort(), await freePort()];
  replicas = ports.map((port) => startReplica(port, drainSeconds));
  await Promise.all(replicas.map((replica) => replica.url()));
  balancer = await Balancer.start(ports, CHECK_EVERY_MS);
  const url = `${balancer.url}/api/v1/predict`;
  const agent = new Agent({ keepAlive: true, maxSockets: 50 });
  const one = JSON.stringify({ inputs: [ARTICLE_ROW] });
  const large = JSON.stringify({ inputs: Array<object>(1_000).fill(ARTICLE_ROW) });
  const loads = [
    new PacedLoad(url, one, KEPT_CONNECTIONS, agent),
    new PacedLoad(url, one, NEW_CONNECTIONS, false),
    new PacedLoad(url, large, LARGE_BODIES, agent),
  ];
  const started = performance.now();
  const endings: Ending[] = [];
  while (performance.now() - started < seconds * 1_000) {
    const index = endings.length % replicas.length;
    endings.push(await replace(index, ports[index]!, drainSeconds));
  }
  await Promise.all(loads.map((load) => load.stop()));
  agent.destroy();
  const exchanges = loads.flatMap((load) => load.exchanges);
  return { exchanges, endings, failed: exchanges.filter(({ status }) => status !== 200) };
}

it('no request fails while the replicas behind a balancer are replaced one after the other, again and again', async () => {
  const { exchanges, endings, failed } = await roll(SECONDS, DRAIN_SECONDS);
  const failures = [...new Set(failed.map(({ status, text }) => `${status} ${text.slice(0, 80)}`))];
  const latencies = exchanges.map(({ sentAt, doneAt }) => doneAt - sentAt);
  writeFigures('rolling', {
    requests: exchanges.length,
    failed: failed.length,
    failures,
    restarts: endings.length,
    exitCodes: [...new Set(endings.map(({ code }) => code))],
    longestExitMs: Math.round(Math.max(...endings.map(({ exitMs }) => exitMs))),
    longestUntilNotReadyMs: Math.round(Math.max(...endings.map(({ notReadyMs }) => notReadyMs))),
    p50Ms: Number(quantile(latencies, 0.5).toFixed(1)),
    p99Ms: Number(quantile(latencies, 0.99).toFixed(1)),
  });
  expect([failed.length, failures]).toEqual([0, []]);
  for (const { code, live, exitMs } of endings) {
    expect([code, live]).toEqual([0, 200]);
    expect(exitMs).toBeGreaterThanOrEqual(DRAIN_SECONDS * 1_000);
  }
  const exits = endings.map(({ exitMs }) => exitMs);
  expect(quantile(exits, 0.5)).toBeLessThan((DRAIN_SECONDS + 1) * 1_000);
});

it('requests would fail if the replicas did not wait for the balancer', async () => {
  const { failed } = await roll(5, 0);
  expect(failed.length).toBeGreaterThan(0);
});
