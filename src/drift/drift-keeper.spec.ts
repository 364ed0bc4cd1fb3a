import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DriftFile } from './drift-file.js';
import { DriftKeeper } from './drift-keeper.js';
import type { CountedVersion } from './drift.observer.js';
import type { DriftReference } from './reference.js';

const REFERENCE: DriftReference = {
  features: [{ kind: 'categorical', name: 'doors', values: ['2', '4'], counts: [500, 500], missing: 0 }],
  classes: { labels: ['bad', 'good'], counts: [500, 500], source: 'predictions' },
  confidence: { edges: [0, 0.5, 1], counts: [0, 1_000] },
};
const MINUTE = 60_000;

let folder: string;
let now: number;
let counted: CountedVersion[];
let keeper: DriftKeeper;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensornest-drift-'));
  now = Date.parse('2026-11-27T12:00:00Z');
  counted = [];
  const settings = { rows: 1_000, seconds: 3_600, significance: 0.05 };
  const log = { warn: () => undefined, info: () => undefined };
  const ask = () => Promise.resolve({ answers: [counted], asked: 1 });
  keeper = new DriftKeeper(settings, ask, new DriftFile(folder, log), log, () => now);
  await keeper.start();
});
afterEach(async () => {
  await keeper.stop();
  await rm(folder, { recursive: true });
});

/** What a process has counted: half of its rows each way. */
function source(name: string, rows: number): CountedVersion {
  const half = rows / 2;
  const counts = [rows, rows, half, half, 0, 0, half, half, 0, rows];
  return { source: name, model: 'cars', version: '1.0.0', digest: 'sha256:1', counts, reference: REFERENCE };
}

const report = () => keeper.report('cars')[0]!;

describe('a window', () => {
  it('that is full at the first look reaches back to the start', async () => {
    now += MINUTE;
    counted = [source('a', 1_000)];
    await keeper.look();
    expect(report().window).toEqual({ rows: 1_000, from: '2026-11-27T12:00:00.000Z', to: '2026-11-27T12:01:00.000Z' });
  });

  it('holds what all processes counted, once', async () => {
    counted = [source('a', 400), source('b', 400)];
    await keeper.look();
    await keeper.look();
    expect(report()).toMatchObject({ window: null, collecting: { rows: 800 } });
    // One was replaced, the other went on.
    counted = [source('a', 500), source('c', 100)];
    await keeper.look();
    expect(report().window?.rows).toBe(1_000);
  });

  it('is complete after its time where it has enough rows to be tested, and no sooner', async () => {
    counted = [source('a', 98)];
    now += 61 * MINUTE;
    await keeper.look();
    expect(report()).toMatchObject({ state: 'collecting', window: null, collecting: { rows: 98 } });
    counted = [source('a', 100)];
    await keeper.look();
    expect(report()).toMatchObject({ state: 'ok', window: { rows: 100 }, collecting: { rows: 0 } });
    counted = [source('a', 300)];
    now += 59 * MINUTE;
    await keeper.look();
    expect(report()).toMatchObject({ window: { rows: 100 }, collecting: { rows: 200 } });
  });
});
