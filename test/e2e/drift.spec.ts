import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { allCarRows } from '../support/car-rows.js';
import { ServiceProcess } from '../support/service-process.js';

const PATH = '/api/v1/models/car-evaluation/drift';
const WINDOW = { DRIFT_WINDOW_ROWS: '500', LOG_FORMAT: 'json' };
const ROWS = allCarRows();
const SHIFTED = ROWS.filter(({ safety, buying }) => safety === 'high' && buying !== 'low');

let stateDir: string;
let service: ServiceProcess | undefined;

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'tensornest-drift-'));
});
afterEach(async () => {
  service?.signal('SIGKILL');
  await service?.exit();
  service = undefined;
});
afterAll(() => rm(stateDir, { recursive: true, force: true }));

function start(env: Record<string, string> = {}): ServiceProcess {
  service = new ServiceProcess({ ...WINDOW, STATE_DIR: stateDir, ...env });
  return service;
}

async function send(url: string, inputs: readonly object[], more: Record<string, string> = {}): Promise<void> {
  const reply = await fetch(`${url}/api/v1/models/car-evaluation/predict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...more },
    body: JSON.stringify({ inputs }),
  });
  await reply.arrayBuffer();
  expect(reply.status).toBe(200);
}

async function drift(url: string): Promise<any> {
  const { versions } = (await (await fetch(url + PATH)).json()) as any;
  return versions.find(({ version }: any) => version === '2.0.0');
}

it('survives a kill in the middle of a window, and then tells once, everywhere, what has drifted', async () => {
  const first = start();
  let url = await first.url();
  await send(url, SHIFTED.slice(0, 300));
  await vi.waitFor(async () => {
    expect(JSON.parse(await readFile(join(stateDir, 'drift.json'), 'utf8')).versions).toContainEqual(
      expect.objectContaining({ version: '2.0.0', open: expect.arrayContaining([300]) }),
    );
  }, 15_000);
  expect(await drift(url)).toMatchObject({ state: 'collecting', window: null, collecting: { rows: 300 } });
  first.signal('SIGKILL');
  await first.exit();

  const second = start({ WEB_CONCURRENCY: '2' });
  url = await second.url();
  // Connections go to the processes in turn.
  for (let from = 0; from < 200; from += 20) {
    await send(url, SHIFTED.slice(from, from + 20), { connection: 'close' });
  }
  await vi.waitFor(async () => expect(await drift(url)).toMatchObject({ state: 'drifting' }), 15_000);
  const found = await drift(url);
  expect(found.window.rows).toBe(500);
  const states = Object.fromEntries(found.features.map(({ name, state }: any) => [name, state]));
  expect(states).toMatchObject({ safety: 'drifting', buying: 'drifting', doors: 'ok' });
  const safety = found.features.find(({ name }: any) => name === 'safety');
  expect(safety.bins.map(({ label, window }: any) => [label, window])).toEqual([
    ['low', 0],
    ['med', 0],
    ['high', 1],
  ]);
  for (const side of ['reference', 'window']) {
    expect(safety.bins.reduce((sum: number, bin: any) => sum + Number(bin[side]), 0)).toBeCloseTo(1);
  }
  const lines = second.lines().filter(({ context }) => context === 'Drift');
  expect(lines).toHaveLength(1);
  expect(lines[0]!.msg).toContain('car-evaluation 2.0.0: feature buying, feature safety');

  const scrape = await (await fetch(`${url}/metrics`)).text();
  expect(scrape).toMatch(/tensornest_feature_drift_score\{model="car-evaluation",feature="safety",method="psi"\} \d/);
  expect(scrape).toMatch(/tensornest_feature_drift_score\{model="car-evaluation",feature="safety",method="chi2"\} \d/);
  expect(scrape).toMatch(/tensornest_prediction_drift_score\{model="car-evaluation",feature="class",method="psi"\} \d/);
  expect(scrape).toMatch(/tensornest_drifting\{model="car-evaluation"\} [2-9]/);
}, 60_000);

it('finds nothing in traffic like the training data, and counts values that are missing or wrong', async () => {
  await rm(join(stateDir, 'drift.json'), { force: true });
  const url = await start({ DRIFT_WINDOW_ROWS: '1728' }).url();
  const bad = await fetch(`${url}/api/v1/models/car-evaluation/predict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ inputs: [{ ...ROWS[0], safety: 'none', doors: null }] }),
  });
  expect(bad.status).toBe(400);
  await send(url, ROWS.slice(0, 864));
  await send(url, ROWS.slice(864));
  await vi.waitFor(async () => expect(await drift(url)).toMatchObject({ state: 'ok' }), 15_000);
  const { features } = await drift(url);
  const rates = Object.fromEntries(features.map(({ name, rates: of }: any) => [name, of]));
  expect(rates.safety.refused.window).toBeCloseTo(1 / 1_729);
  expect(rates.doors.missing.window).toBeCloseTo(1 / 1_729);
}, 60_000);

it.each(['{"formatVersion":1,"versions":[{"mod', '{"formatVersion":7}', 'PNG'])(
  'starts with a warning where the snapshot is %j',
  async (text) => {
    await writeFile(join(stateDir, 'drift.json'), text);
    const started = start();
    const url = await started.url();
    await vi.waitFor(async () => expect(await drift(url)).toMatchObject({ state: 'collecting' }), 15_000);
    expect(
      started.lines().filter(({ context, msg }) => context === 'Drift' && /cannot be used/.test(msg)),
    ).toHaveLength(1);
  },
  60_000,
);

it('begins anew where the package is another one', async () => {
  const url = await start().url();
  await send(url, ROWS.slice(0, 200));
  const path = join(stateDir, 'drift.json');
  await vi.waitFor(async () => expect(await readFile(path, 'utf8')).toContain('"open":[200'), 15_000);
  service!.signal('SIGTERM');
  await service!.exit();
  const kept = await readFile(path, 'utf8');
  await writeFile(path, kept.replaceAll(/sha256:[0-9a-f]{8}/g, 'sha256:00000000'));
  const again = await start().url();
  await vi.waitFor(async () => expect(await drift(again)).toMatchObject({ collecting: { rows: 0 } }), 15_000);
}, 60_000);

it('is not there where it is switched off', async () => {
  const url = await start({ DRIFT: 'off' }).url();
  expect((await fetch(url + PATH)).status).toBe(404);
  expect(await (await fetch(`${url}/metrics`)).text()).not.toContain('drift');
}, 60_000);
