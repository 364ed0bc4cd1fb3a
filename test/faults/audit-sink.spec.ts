import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EventReceiver } from '../support/event-receiver.js';
import { ONE_ROW, send } from '../support/exchange.js';
import { ServiceProcess } from '../support/service-process.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

vi.setConfig({ testTimeout: 90_000 });

let folder: string;
let receiver: EventReceiver;
let service: ServiceProcess | undefined;
let app: TestApp | undefined;
let url: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensornest-sink-'));
  receiver = await EventReceiver.open();
});
afterEach(async () => {
  service?.signal('SIGKILL');
  await service?.exit();
  service = undefined;
  await app?.close();
  app = undefined;
  await receiver.down();
  await rm(folder, { recursive: true, force: true });
});

const file = () => join(folder, 'audit.jsonl');

async function start(env: Record<string, string> = {}): Promise<void> {
  service = new ServiceProcess({
    AUDIT_LOG: file(),
    AUDIT_SINK_URL: `http://audit:s3cret@${receiver.address}/events?key=t0ken`,
    STATE_DIR: join(folder, 'state'),
    LOG_FORMAT: 'json',
    ...env,
  });
  url = await service.url();
}

/** The same without a process of its own, where neither its log nor its end is looked at. */
async function startHere(env: Record<string, string> = {}): Promise<void> {
  app = await startTestApp({
    AUDIT_LOG: file(),
    AUDIT_SINK_URL: `http://${receiver.address}/events`,
    STATE_DIR: join(folder, 'state'),
    ...env,
  });
  ({ url } = app);
}

async function predictTimes(count: number): Promise<void> {
  for (let at = 0; at < count; at += 1)
    expect((await send(`${url}/api/v1/predict`, { body: ONE_ROW }).answer).status).toBe(200);
}

async function stop(): Promise<void> {
  service!.signal('SIGTERM');
  expect(await service!.exit()).toBe(0);
}

const written = async () =>
  (await readFile(file(), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).id as string)
    .sort();

const readyBody = async () => JSON.parse((await send(`${url}/health/ready`).answer).text);

const dropped = async (reason: string) => {
  const { text } = await send(`${url}/metrics`).answer;
  return Number(new RegExp(`^tensornest_audit_dropped_total\\{reason="${reason}"\\} (\\d+)$`, 'm').exec(text)?.[1]);
};

const WAIT = { timeout: 20_000, interval: 100 };

describe.each([
  ['a service', {}],
  ['a group of two processes', { WEB_CONCURRENCY: '2' }],
])('the receiver of audit events of %s', (_, env) => {
  it('may be gone in the middle: predictions go on, it is told once, and gets everything in batches when it is back', async () => {
    await start(env);
    await predictTimes(5);
    await vi.waitFor(() => expect(receiver.ids).toHaveLength(5), WAIT);
    await receiver.down();
    await predictTimes(20);
    await vi.waitFor(async () => {
      const { status, details } = await readyBody();
      expect([status, details['audit-sink']?.status]).toEqual(['degraded', 'degraded']);
      expect(details['audit-sink'].message).toMatch(
        /^Audit events cannot be sent: http:\/\/127\.0\.0\.1:\d+ cannot be reached: ECONNREFUSED\.$/,
      );
    }, WAIT);
    await receiver.up();
    await vi.waitFor(() => expect(receiver.ids).toHaveLength(25), WAIT);
    await vi.waitFor(async () => expect((await readyBody()).status).toBe('ok'), WAIT);
    await stop();
    expect(receiver.ids).toEqual(await written());
    expect(receiver.batches.length).toBeLessThan(25);
    // The credentials of the URL travel in a header and are told nowhere.
    const authorization = `Basic ${Buffer.from('audit:s3cret').toString('base64')}`;
    for (const batch of receiver.batches) {
      expect(batch).toMatchObject({ path: '/events?key=t0ken', authorization });
      expect(batch.contentType).toMatch(/^application\/cloudevents-batch\+json/);
    }
    expect(receiver.events[0]!.data).toMatchObject({ model: 'car-evaluation', predictions: ['acc'] });
    expect(service!.stdout.match(/Audit events cannot be sent/g)).toHaveLength(1);
    expect(service!.stdout.match(/Audit events are sent again/g)).toHaveLength(1);
    expect(service!.stdout + service!.stderr).not.toMatch(/s3cret|t0ken|audit:/);
  });
});

describe('the receiver of audit events', () => {
  it('is asked again where it answers 500, and when it says that it has time', async () => {
    const at: number[] = [];
    receiver.behaviour = (response) => {
      at.push(performance.now());
      if (at.length === 3) receiver.behaviour = undefined;
      response.writeHead(at.length === 1 ? 500 : 503, at.length === 1 ? {} : { 'retry-after': '1' }).end('no');
    };
    await startHere();
    await predictTimes(1);
    await vi.waitFor(() => expect(receiver.ids).toHaveLength(1), WAIT);
    expect(at[2]! - at[1]!).toBeGreaterThan(990);
    expect(receiver.batches.map(({ ids }) => ids)).toEqual(Array(4).fill(receiver.ids));
    expect(await dropped('sink-refused')).toBe(0);
  });

  it('may refuse a batch for good: it is counted, and the next ones are sent', async () => {
    receiver.behaviour = (response) => {
      response.writeHead(400).end();
    };
    await startHere();
    await predictTimes(3);
    await vi.waitFor(async () => expect(await dropped('sink-refused')).toBe(3), WAIT);
    expect((await readyBody()).details['audit-sink'].message).toMatch(/answered 400\.$/);
    receiver.behaviour = undefined;
    await predictTimes(2);
    await vi.waitFor(() => expect(receiver.ids).toHaveLength(2), WAIT);
    expect(await written()).toHaveLength(5);
  });

  it('is not followed to another place', async () => {
    receiver.behaviour = (response) => {
      response.writeHead(307, { location: `http://${receiver.address}/elsewhere` }).end();
    };
    await startHere();
    await predictTimes(1);
    await vi.waitFor(
      async () => expect((await readyBody()).details['audit-sink'].message).toMatch(/answered 307\.$/),
      WAIT,
    );
    expect(receiver.batches.map(({ path }) => path)).not.toContain('/elsewhere');
  });

  it('may never answer: memory is bounded, what does not fit is counted, and the end comes in time', async () => {
    receiver.behaviour = () => undefined;
    await start({ AUDIT_BUFFER_BYTES: '1048576' });
    const body = { inputs: Array.from({ length: 1_000 }, () => ONE_ROW.inputs[0]) };
    for (let at = 0; at < 20; at += 1) expect((await send(`${url}/api/v1/predict`, { body }).answer).status).toBe(200);
    await vi.waitFor(async () => expect(await dropped('sink-full')).toBeGreaterThan(0), WAIT);
    expect((await readyBody()).status).toBe('degraded');
    const before = performance.now();
    await stop();
    expect(performance.now() - before).toBeLessThan(8_000);
    expect(service!.stdout).toMatch(/\d+ audit events were not sent before the end/);
    expect(await written()).toHaveLength(20);
  });

  it('is all that there is where the log is off, and gets what was gathered when the service ends', async () => {
    await startHere({ AUDIT_LOG: 'off' });
    await predictTimes(4);
    await app!.close();
    app = undefined;
    expect(receiver.ids).toHaveLength(4);
  });

  it('may be nowhere at the end: the service ends well and says what was not sent', async () => {
    await receiver.down();
    await start();
    await predictTimes(4);
    await stop();
    expect(service!.stdout).toMatch(/4 audit events were not sent before the end/);
    expect(await written()).toHaveLength(4);
  });
});
