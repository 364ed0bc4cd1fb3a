import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Row } from '../../src/core/signature.js';
import { MIXED, mixedModels, mixedRows } from '../support/mixed-package.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

let models: string;
let service: TestApp;

beforeAll(async () => {
  models = await mixedModels();
  service = await startTestApp({ MODELS_DIR: models, DRIFT_WINDOW_ROWS: '500' });
});
afterAll(async () => {
  await service.close();
  await rm(models, { recursive: true });
});

async function drift(): Promise<any> {
  return (await service.get('/api/v1/models/mixed/drift')).body.versions[0];
}

/** What the window says that these rows filled. */
async function windowOf(rows: readonly Row[]): Promise<any> {
  const before = (await drift())?.window?.to;
  expect((await service.predict(rows)).status).toBe(200);
  return vi.waitFor(
    async () => {
      const found = await drift();
      expect(found.window?.to).toBeTypeOf('string');
      expect(found.window.to).not.toBe(before);
      return found;
    },
    { timeout: 15_000, interval: 100 },
  );
}

const subjects = ({ features }: any, state: string) =>
  features.filter((feature: any) => feature.state === state).map(({ name }: any) => name);

it('finds nothing in rows like those of training, whatever their columns', async () => {
  const found = await windowOf(mixedRows(500, 2));
  expect(found).toMatchObject({ state: 'ok', window: { rows: 500 } });
  expect(subjects(found, 'ok')).toEqual(MIXED.features.map(({ name }) => name));
});

it('finds what has shifted in a number, a one-hot and an ordinal category and one of two values, as it was sent', async () => {
  const rows = mixedRows(500, 3, true);
  const found = await windowOf(rows);
  expect(subjects(found, 'drifting')).toEqual(['amount', 'colour', 'grade', 'member']);
  const of = (name: string) => found.features.find((feature: any) => feature.name === name);
  for (const name of ['colour', 'grade', 'member']) {
    for (const { label, window } of of(name).bins) {
      expect([label, window]).toEqual([label, rows.filter((row) => row[name] === label).length / 500]);
    }
  }
  for (const { from, to, window } of of('amount').bins) {
    const inside = rows.filter(
      ({ amount }) => Number(amount) > (from ?? -Infinity) && Number(amount) <= (to ?? Infinity),
    );
    // A bin that is one number holds what equals it; no two amounts are the same here.
    if (from !== to) expect(window).toBeCloseTo(inside.length / 500, 10);
  }
});

it('has series of the first 20 features, and of the others the largest score alone', async () => {
  const { text } = await service.get('/metrics');
  const series = [
    ...text.matchAll(/^tensornest_feature_drift_score\{model="mixed",feature="(\w+)",method="(\w+)"\} (\S+)$/gm),
  ];
  const shown = MIXED.features.slice(0, 20).map(({ name }) => name);
  expect(new Set(series.map(([, feature]) => feature))).toEqual(new Set([...shown, '_other']));
  const { features } = await drift();
  const rest = features.slice(20).map(({ psi }: any) => psi);
  expect(rest).toHaveLength(2);
  const other = series.find(([, feature, method]) => feature === '_other' && method === 'psi')!;
  expect(Number(other[3])).toBeCloseTo(Math.max(...rest), 10);
  expect(text).toContain('tensornest_drifting{model="mixed"} ');
  expect(text.match(/^\w+\{[^}]*model="mixed"[^}]*\} /gm)!.length).toBeLessThanOrEqual(500);
});
