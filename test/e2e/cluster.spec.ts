import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startApp } from '../../src/app.setup.js';
import { type Environment, loadConfig } from '../../src/config/load-config.js';
import type { ProcessGroup, ProcessState } from '../../src/core/ports/process-group.js';
import { ServiceProcess } from '../support/service-process.js';
import { ARTICLE_ROW } from '../support/test-app.js';
import { SoloCommands } from '../../src/cluster/solo-commands.js';
import { SoloQuestions } from '../../src/cluster/solo-questions.js';

// A process takes seconds to start when the machine is busy, and some tests start five.
vi.setConfig({ testTimeout: 90_000 });

let service: ServiceProcess | undefined;
afterEach(async () => {
  service?.signal('SIGKILL');
  await service?.exit();
  service = undefined;
});

function startGroup(env: Environment = {}): ServiceProcess {
  service = new ServiceProcess({ WEB_CONCURRENCY: '2', LOG_FORMAT: 'json', ...env });
  return service;
}

interface Reply {
  readonly status: number;
  readonly body: any;
}

const BODY = JSON.stringify({ inputs: [ARTICLE_ROW] });

/** One request, on a connection of its own unless `agent` keeps one. */
async function call(url: string, path: string, id?: string, agent: Agent | false = false): Promise<Reply> {
  const predicts = path.endsWith('/predict');
  const headers = { 'content-type': 'application/json', ...(id === undefined ? {} : { 'x-request-id': id }) };
  const sent = request(`${url}${path}`, { method: predicts ? 'POST' : 'GET', headers, agent });
  sent.end(predicts ? BODY : undefined);
  const [answer] = await once(sent, 'response');
  return { status: answer.statusCode, body: JSON.parse(await text(answer)) };
}

const predict = (url: string, id?: string, agent?: Agent) => call(url, '/api/v1/predict', id, agent);
const ready = (url: string) => call(url, '/health/ready');

const CLIENTS = 3;

/** Clients that ask one thing after the other, from now until they are stopped. */
class Load {
  readonly replies: Reply[] = [];
  readonly errors: unknown[] = [];
  private stopped = false;
  private readonly clients: Promise<unknown>;

  constructor(ask: (client: number) => Promise<Reply>, { untilError = false } = {}) {
    const client = async (n: number) => {
      while (!this.stopped) {
        await ask(n).then(
          (reply) => this.replies.push(reply),
          (error: unknown) => {
            this.errors.push(error);
            this.stopped ||= untilError;
          },
        );
      }
    };
    this.clients = Promise.all(Array.from({ length: CLIENTS }, (_, n) => client(n)));
  }

  /** How often each status was answered. */
  statuses(): Record<number, number> {
    const counts: Record<number, number> = {};
    for (const { status } of this.replies) counts[status] = (counts[status] ?? 0) + 1;
    return counts;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.clients;
  }
}

interface Reading {
  upTo: number;
  readonly pids: Set<number>;
}

/** How far each log has been read: under load it is long, and asked for with every line. */
const readings = new WeakMap<ServiceProcess, Reading>();

/** The processes that have answered, by the lines of the request log. */
function servants(group: ServiceProcess): number[] {
  const reading = readings.get(group) ?? { upTo: 0, pids: new Set() };
  readings.set(group, reading);
  const end = group.stdout.lastIndexOf('\n') + 1;
  const lines = group.stdout.slice(reading.upTo, end);
  for (const [, pid] of lines.matchAll(/"pid":(\d+).*"msg":"request"/g)) reading.pids.add(Number(pid));
  reading.upTo = end;
  return [...reading.pids];
}

/** Waits, under load, until that many different processes have answered. */
async function untilServants(group: ServiceProcess, url: string, count: number): Promise<number[]> {
  const load = new Load(() => predict(url));
  await group.until(() => servants(group).length >= count);
  await load.stop();
  expect(load.statuses()).toEqual({ 200: load.replies.length });
  return servants(group);
}

const times = (haystack: string, needle: string | RegExp) => haystack.split(needle).length - 1;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}

describe('a group of processes', () => {
  it('shares one port, greets once and is ready as a whole', async () => {
    const group = startGroup();
    const url = await group.url();
    const pids = await untilServants(group, url, 2);
    expect(pids).toHaveLength(2);
    expect(pids).not.toContain(group.pid);
    expect(times(group.stderr, 'Tensornest serves')).toBe(1);
    const { status, body } = await ready(url);
    expect([status, body.status]).toEqual([200, 'ok']);
    expect(body.details).toEqual({
      models: { status: 'up', required: 2 },
      'car-evaluation': { status: 'up', version: '2.0.0' },
      penguins: { status: 'up', version: '1.0.0' },
      processes: { status: 'up', ready: 2, of: 2 },
    });
    expect((await call(url, '/health/startup')).status).toBe(200);
  });

  it('listens before it loads, and is ready only when all have loaded', async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const probes: Reply[] = [];
    const group = startGroup({ PORT: String(port) });
    const load = new Load(async () => {
      probes.push(await ready(url));
      return call(url, '/health/live');
    });
    await group.url();
    await group.until(() => servants(group).length === 2);
    await load.stop();
    expect(load.statuses()).toEqual({ 200: load.replies.length });
    const [early, late] = [503, 200].map((wanted) => probes.filter(({ status }) => status === wanted));
    expect(early!.length).toBeGreaterThan(0);
    for (const { body } of early!) expect(body.error.models.message).toBe('The models are being loaded.');
    for (const { body } of late!) expect(body.details.processes).toEqual({ status: 'up', ready: 2, of: 2 });
  });

  it('goes on serving when one is killed, and replaces it by one that never answers before it has its models', async () => {
    const group = startGroup();
    const url = await group.url();
    const [victim] = await untilServants(group, url, 2);
    const probes: Reply[] = [];
    const load = new Load(async (client) => {
      if (client % 2 === 1) return predict(url);
      const probe = await ready(url);
      probes.push(probe);
      return probe;
    });
    process.kill(victim!, 'SIGKILL');
    await group.until(() => servants(group).length === 3);
    await group.until(() => group.stdout.includes('"msg":"Process'));
    await load.stop();

    // A client has one request under way, so no more than that many can have been on the one that died.
    expect(load.errors.length).toBeLessThanOrEqual(CLIENTS);
    expect(load.statuses()).toEqual({ 200: load.replies.length });
    const seen = new Set(probes.map(({ body }) => body.details.processes.ready));
    expect(seen).toContain(1);
    expect((await ready(url)).body.details.processes).toEqual({ status: 'up', ready: 2, of: 2 });
    const death = group.lines().find(({ context }) => context === 'Cluster');
    expect(death).toMatchObject({
      level: 40,
      pid: group.pid,
      msg: `Process ${victim} ended (signal SIGKILL); the next one starts now.`,
    });
    expect(times(group.stderr, 'Tensornest serves')).toBe(1);
  });

  it('comes back on its port when all are killed, and waits longer when the next one dies young', async () => {
    const group = startGroup({ PORT: String(await freePort()) });
    const url = await group.url();
    const pids = await untilServants(group, url, 2);
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    await group.until(() => times(group.stdout, '"context":"Cluster"') === 2);
    const newcomer = () => group.lines().find(({ context, pid }) => context === 'Runtime' && !pids.includes(pid))?.pid;
    await group.until(() => newcomer() !== undefined);
    const young: number = newcomer();
    process.kill(young, 'SIGKILL');
    const death = `Process ${young} ended (signal SIGKILL); the next one starts in 200 ms.`;
    await group.until(() => group.stdout.includes(death));
    await untilServants(group, url, 4);
    expect((await ready(url)).body.details.processes).toEqual({ status: 'up', ready: 2, of: 2 });
  });

  it('does not outlive its supervisor', async () => {
    const group = startGroup();
    await group.url();
    group.signal('SIGKILL');
    // The processes hold the output too: it closes with the last of them.
    await group.exit();
    expect(group.lines().length).toBeGreaterThan(0);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('ends with code 0 on %s', async (signal) => {
    const group = startGroup();
    await group.url();
    group.signal(signal);
    expect(await group.exit()).toBe(0);
    expect(group.stdout).not.toContain('"context":"Cluster"');
  });

  it('ends with code 0 when it is told so while it starts', async () => {
    const group = startGroup();
    await group.until(() => group.stdout.includes('successfully started'));
    group.signal('SIGTERM');
    expect(await group.exit()).toBe(0);
  });
});

describe('a group that cannot start', () => {
  it('says once what is wrong with the configuration', async () => {
    const group = startGroup({ PORT: 'secret-port' });
    expect(await group.exit()).toBe(1);
    expect(times(group.stderr, 'PORT must be a whole number')).toBe(1);
    expect(group.stderr).not.toContain('secret');
  });

  it('says once that the audit log cannot be written', async () => {
    const group = startGroup({ AUDIT_LOG: 'package.json/audit.jsonl' });
    expect(await group.exit()).toBe(1);
    expect(times(group.stderr, 'could not start')).toBe(1);
    expect(group.stderr).toMatch(/^The service could not start: .*package\.json/);
    expect(group.stdout).toBe('');
  });

  it('says once that the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const group = startGroup({ PORT: String(port), WEB_CONCURRENCY: '3' });
    expect(await group.exit()).toBe(1);
    expect(group.stderr.trim()).toBe('The port is in use: choose another with PORT=8081, or stop what listens there.');
    other.close();
  });
});

describe('the audit log of a group', () => {
  let folder: string;
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function audited(env: Environment = {}) {
    folder = await mkdtemp(join(tmpdir(), 'tensornest-group-audit-'));
    const file = join(folder, 'deep/audit.jsonl');
    const group = startGroup({ AUDIT_LOG: file, ...env });
    const ids = async () => idsOf(await readFile(file, 'utf8'));
    return { group, url: await group.url(), ids };
  }

  /** Of lines that must all be whole. */
  const idsOf = (lines: string): string[] =>
    lines
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).requestid);

  it('holds one whole line per answer, of all processes, and none is lost at the end', async () => {
    const { group, url, ids } = await audited();
    const agents = Array.from({ length: 10 }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
    const asked = Array.from({ length: 500 }, (_, n) => `r-${n}`);
    const replies = await Promise.all(asked.map((id, n) => predict(url, id, agents[n % 10])));
    expect(replies.map(({ status }) => status)).toEqual(Array(500).fill(200));
    group.signal('SIGTERM');
    expect(await group.exit()).toBe(0);
    expect(servants(group)).toHaveLength(2);
    expect((await ids()).sort()).toEqual(asked.sort());
    for (const agent of agents) agent.destroy();
  });

  it('holds the line of every answer that was given while the group was ending', async () => {
    const { group, url, ids } = await audited({ LOG_LEVEL: 'silent' });
    const answered: string[] = [];
    let asked = 0;
    const load = new Load(
      async () => {
        const id = `r-${asked++}`;
        const reply = await predict(url, id);
        answered.push(id);
        return reply;
      },
      { untilError: true },
    );
    while (answered.length < 100) await predict(url, 'warm');
    group.signal('SIGTERM');
    expect(await group.exit()).toBe(0);
    await load.stop();
    expect(load.statuses()).toEqual({ 200: load.replies.length });
    const written = new Set(await ids());
    expect(answered.filter((id) => !written.has(id))).toEqual([]);
  });

  it('holds what a process had written before it was killed', async () => {
    const { group, url, ids } = await audited();
    const pids = await untilServants(group, url, 2);
    const before = times(group.stdout, '"msg":"request"');
    process.kill(pids[0]!, 'SIGKILL');
    group.signal('SIGTERM');
    await group.exit();
    expect((await ids()).length).toBeGreaterThanOrEqual(before);
  });

  it('is on standard output when it is to be there', async () => {
    const group = startGroup({ AUDIT_LOG: 'stdout' });
    const url = await group.url();
    await Promise.all(Array.from({ length: 50 }, (_, n) => predict(url, `r-${n}`)));
    group.signal('SIGTERM');
    expect(await group.exit()).toBe(0);
    const lines = group.lines().filter(({ specversion }) => specversion !== undefined);
    expect(new Set(lines.map(({ id }) => id)).size).toBe(50);
  });
});

describe('the readiness of a process of a group', () => {
  const READY: ProcessState = { started: true, faults: {} };

  async function readinessAmong(others: readonly ProcessState[], started = true) {
    const reports: ProcessState[] = [];
    const group: ProcessGroup = {
      replaces: false,
      commands: new SoloCommands(),
      questions: new SoloQuestions(),
      audit: { write: () => undefined, flush: () => Promise.resolve() },
      view: { of: 3, started, others },
      report: (state) => void reports.push(state),
    };
    const config = loadConfig({ PORT: '0', LOG_LEVEL: 'silent', AUDIT_LOG: 'off', BACKEND: 'wasm' }, false);
    const { app, url, loaded } = await startApp(config, group);
    await loaded;
    const [readiness, startup] = [await ready(url), await call(url, '/health/startup')];
    await app.close();
    return { readiness, startup, reports };
  }

  it('does not suffer from one that is being replaced', async () => {
    const { readiness, reports } = await readinessAmong([READY]);
    expect(readiness.status).toBe(200);
    expect(readiness.body.details.processes).toEqual({ status: 'up', ready: 2, of: 3 });
    // The clock may have reported a load that took its time before.
    expect(reports.at(-1)).toEqual(READY);
  });

  it('names the model that does not work in another one', async () => {
    const { readiness } = await readinessAmong([READY, { started: true, faults: { 'car-evaluation': 'gone' } }]);
    expect(readiness.status).toBe(503);
    expect(readiness.body.error).toEqual({
      'car-evaluation': { status: 'down', message: 'gone' },
      processes: { status: 'down', ready: 2, of: 3 },
    });
  });

  it('waits until every process has loaded once', async () => {
    const { readiness, startup } = await readinessAmong([{ started: false, faults: {} }], false);
    expect([readiness.status, startup.status]).toEqual([503, 503]);
    expect(readiness.body.error.processes).toEqual({ status: 'down', ready: 1, of: 3 });
  });
});
