import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parse } from 'yaml';
import { makeKey } from '../../src/access/key-file.js';
import { send } from '../support/exchange.js';
import { writeFigures } from '../support/figures.js';
import { freePort } from '../support/free-port.js';
import { ServiceProcess } from '../support/service-process.js';
import { ARTICLE_ROW } from '../support/test-app.js';
import { Kubelet } from './kubelet.js';
import { containerOf, type Manifest, readEnv } from './manifest.js';

/** Of each of the two phases under load, in seconds: a look here, an hour by hand. */
const SECONDS = Number(process.env.KUBELET_SECONDS ?? 12);
const BASE = 'docker/kubernetes/base';
const deployment = parse(readFileSync(`${BASE}/deployment.yaml`, 'utf8')) as Manifest;
const container = containerOf(deployment);
const settings = readEnv(readFileSync(`${BASE}/tensornest.env`, 'utf8'));
const { key, sha256 } = makeKey();
const headers = { authorization: `Bearer ${key}` };

let folder: string;
let ports: Record<'http' | 'grpc' | 'management', number>;
let service: ServiceProcess;
let kubelet: Kubelet | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensornest-kubelet-'));
  await writeFile(join(folder, 'keys.json'), JSON.stringify({ keys: [{ id: 'client', sha256, scopes: ['admin'] }] }));
  ports = { http: await freePort(), grpc: await freePort(), management: await freePort() };
});
afterEach(async () => {
  await kubelet?.stop();
  service.signal('SIGCONT');
  service.signal('SIGKILL');
  await service.exit();
  await rm(folder, { recursive: true });
});

/** The settings of the manifest; the ports and folders are this machine's. */
function start(env: Readonly<Record<string, string>> = {}): void {
  service = new ServiceProcess({
    ...settings,
    PORT: String(ports.http),
    GRPC_PORT: String(ports.grpc),
    MANAGEMENT_PORT: String(ports.management),
    KEYS_FILE: join(folder, 'keys.json'),
    STATE_DIR: join(folder, 'state'),
    AUDIT_LOG: 'off',
    LOG_LEVEL: 'warn',
    ...env,
  });
}

/** Asks without pause over so many connections until it is stopped; tells how often each status came. */
class Pressure {
  readonly statuses = new Map<number, number>();
  private stopped = false;
  private readonly agent: Agent;
  private readonly loops: Promise<unknown>;

  constructor(connections: number, rows: number, pauseMs = 0) {
    this.agent = new Agent({ keepAlive: true, maxSockets: connections });
    const body = { inputs: Array<object>(rows).fill(ARTICLE_ROW) };
    this.loops = Promise.all(Array.from({ length: connections }, () => this.ask(body, pauseMs)));
  }

  async stop(): Promise<Record<string, number>> {
    this.stopped = true;
    await this.loops;
    this.agent.destroy();
    return Object.fromEntries(this.statuses);
  }

  private async ask(body: object, pauseMs: number): Promise<void> {
    while (!this.stopped) {
      const url = `http://127.0.0.1:${ports.http}/api/v1/predict`;
      const { status } = await send(url, { body, headers, agent: this.agent }).answer;
      this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
      await setTimeout(pauseMs);
    }
  }
}

const after = (began: number, seconds: number) => performance.now() - began > seconds * 1_000;

it(
  'no probe restarts a replica that starts, reloads or has too much to do, and readiness takes it out when it drains',
  async () => {
    // The queue is small, so that there is more than it takes.
    start({ ADMIN_API: 'true', QUEUE_ROWS: '2000' });
    kubelet = new Kubelet(container, { ports });
    await kubelet.until(() => kubelet!.ready);
    const readyMs = kubelet.now();

    // Reload: versions take turns while there are requests.
    const calm = new Pressure(4, 10, 5);
    let swaps = 0;
    for (const began = performance.now(); !after(began, SECONDS); swaps += 1) {
      const version = swaps % 2 === 0 ? '1.0.0' : '2.0.0';
      const url = `http://127.0.0.1:${ports.http}/api/v1/models/car-evaluation/versions/${version}/activate`;
      const { status, text } = await send(url, { body: {}, headers }).answer;
      expect(status, text).toBeLessThan(300);
      await setTimeout(250);
    }
    const reload = await calm.stop();
    expect(Object.keys(reload)).toEqual(['200']);

    // Overload: many times what it takes; it refuses, and answers its probes.
    const hard = new Pressure(64, 1_000);
    await setTimeout(SECONDS * 1_000);
    const overload = await hard.stop();
    expect(Object.keys(overload).sort()).toEqual(['200', '503']);
    expect(kubelet.restarts).toEqual([]);
    const failed = kubelet.looks.filter(({ kind, ok }) => kind === 'readiness' && !ok);
    expect(
      kubelet.changes.map(({ ready }) => ready),
      JSON.stringify(failed),
    ).toEqual([true]);

    // Drain: requests go on until the replica is out of the balancing.
    const last = new Pressure(4, 1, 5);
    const deleted = kubelet.now();
    let signalled = 0;
    const exited = service.exit();
    await kubelet.delete(() => {
      signalled = kubelet!.now();
      service.signal('SIGTERM');
    });
    await kubelet.until(() => !kubelet!.ready);
    const outAt = kubelet.now();
    const drain = await last.stop();
    expect(await exited).toBe(0);
    const endedAt = kubelet.now();
    expect(Object.keys(drain)).toEqual(['200']);
    expect(kubelet.restarts).toEqual([]);
    expect((outAt - signalled) / 1_000).toBeLessThan(Number(settings.DRAIN_SECONDS));
    expect((endedAt - deleted) / 1_000).toBeLessThan(deployment.spec.template.spec.terminationGracePeriodSeconds);

    const slowest = (kind: string) =>
      Math.round(
        Math.max(...kubelet!.looks.filter((look) => look.kind === kind && look.at < deleted).map(({ took }) => took)),
      );
    writeFigures('kubelet', {
      seconds: SECONDS,
      readyMs: Math.round(readyMs),
      swaps,
      statuses: { reload, overload, drain },
      slowestMs: { readiness: slowest('readiness'), liveness: slowest('liveness') },
      outAfterSignalMs: Math.round(outAt - signalled),
      endedAfterDeletionMs: Math.round(endedAt - deleted),
    });
  },
  (SECONDS * 2 + 120) * 1_000,
);

it('a process that hangs is out of the balancing, and then restarted', async () => {
  start();
  await service.url();
  // The same manifest, twenty times as fast.
  kubelet = new Kubelet(container, { ports, secondMs: 50 });
  await kubelet.until(() => kubelet!.ready);
  service.signal('SIGSTOP');
  await kubelet.until(() => kubelet!.restarts.length > 0);
  expect(kubelet.restarts[0]!.kind).toBe('liveness');
  expect(kubelet.changes.map(({ ready }) => ready)).toEqual([true, false]);
  expect(kubelet.changes[1]!.at).toBeLessThan(kubelet.restarts[0]!.at);
});

it('a replica without its model is never ready, and is not restarted for it', async () => {
  start({ REQUIRED_MODELS: 'penguins,absent' });
  await service.url();
  kubelet = new Kubelet(container, { ports, secondMs: 50 });
  const liveness = () => kubelet!.looks.filter(({ kind }) => kind === 'liveness').length;
  await kubelet.until(() => liveness() > 2 * container.livenessProbe.failureThreshold!);
  expect(kubelet.ready).toBe(false);
  expect(kubelet.restarts).toEqual([]);
});
