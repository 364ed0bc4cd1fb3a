import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { Environment } from '../../src/config/load-config.js';
import { FeedbackClient } from '../support/feedback-client.js';
import { folder, ownProcess, service, startProcess, stopProcess } from '../support/own-process.js';
import { ARTICLE_ROW } from '../support/test-app.js';

const SOON = { timeout: 15_000, interval: 100 };

let client: FeedbackClient;
ownProcess();

const store = () => join(folder, 'feedback.db');

async function start(env: Environment = {}): Promise<void> {
  client = new FeedbackClient(await startProcess({ STATE_DIR: folder, FEEDBACK: 'true', LOG_LEVEL: 'warn', ...env }));
}

const dropped = () => client.metric(/^tensornest_feedback_dropped_total\{reason="write-failed"\}/);
const readiness = () => client.get('/health/ready');
const liveRows = async () => (await client.quality()).versions[0]?.live?.rows ?? 0;

async function predictions(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < count; n += 1) ids.push(await client.predict());
  return ids;
}

describe('a group of two processes', () => {
  it('has one store, which outlives that all of them are killed', async () => {
    const env = { WEB_CONCURRENCY: '2' };
    await start(env);
    // Each process takes labels of what the other predicted, at once, and none is counted twice.
    const each = async () => {
      const id = await client.predict([ARTICLE_ROW, ARTICLE_ROW, ARTICLE_ROW]);
      const first = await client.label(`${id}/0`, 'acc');
      const again = await Promise.all([1, 2, 3].map(() => client.label(`${id}/1`, 'good')));
      return { id, statuses: [first, ...again].map(({ body }) => body.status as string) };
    };
    const rounds = await Promise.all(Array.from({ length: 40 }, each));
    for (const { statuses } of rounds) {
      const [first, ...again] = statuses;
      expect(first).toBe('recorded');
      expect(again.sort()).toEqual(['recorded', 'repeated', 'repeated']);
    }
    expect(await liveRows()).toBe(80);
    expect(await client.metric(/^tensornest_live_accuracy_ratio/)).toBe(0.5);
    expect(await client.metric(/^tensornest_feedback_rows/)).toBe(80);
    expect(await client.metric(/^tensornest_feedback_total\{status="repeated"\}/)).toBe(80);
    expect(await dropped()).toBe(0);
    expect((await client.quality()).versions[0].estimated.rows).toBe(120);

    await stopProcess('SIGKILL');
    await start(env);
    const later = rounds.map(({ id }) => ({ id: `${id}/2`, label: 'acc' }));
    const { body } = await client.send({ items: [...later, { id: rounds[0]!.id, label: 'acc' }] });
    const statuses = body.items.map(({ status }: { status: string }) => status);
    expect(statuses).toEqual([...later.map(() => 'recorded'), 'repeated']);
    expect(await liveRows()).toBe(120);
  });
});

describe('a store that cannot be used', () => {
  it('in a place that nobody can write costs no prediction, is told, and is used once it can be', async () => {
    await writeFile(join(folder, 'state'), 'a file where a folder should be');
    await start({ STATE_DIR: join(folder, 'state') });
    const [id] = await predictions(10);
    await vi.waitFor(async () => {
      expect(await dropped()).toBe(10);
      const { status, body } = await readiness();
      expect([status, body.status]).toEqual([200, 'degraded']);
      expect(body.details.feedback.message).toMatch(/^Predictions cannot be kept for feedback: /);
    }, SOON);
    const refused = await client.label(id!, 'acc');
    expect([refused.status, refused.body.type]).toEqual([503, '/problems/feedback-unavailable']);
    expect(refused.body.detail).not.toContain(folder);
    await rm(join(folder, 'state'));
    await vi.waitFor(async () => expect((await readiness()).body.status).toBe('ok'), SOON);
    const later = await client.predict();
    expect((await client.label(later, 'acc')).body.status).toBe('recorded');
    expect((await client.label(id!, 'acc')).status).toBe(404);
    expect(service.stdout.match(/cannot be kept for feedback/g)).toHaveLength(1);
  });

  it('because it is broken is moved aside with a warning; what a service that was told to end had gathered is in it', async () => {
    await start();
    const ids = await predictions(30);
    expect(await stopProcess()).toBe(0);
    await copyFile(store(), join(folder, 'sound.db'));
    await writeFile(store(), 'no database at all\n'.repeat(1_000));
    await start({ WEB_CONCURRENCY: '2' });
    expect((await client.label(await client.predict(), 'acc')).body.status).toBe('recorded');
    expect((await client.label(ids[0]!, 'acc')).status).toBe(404);
    expect(service.lines().filter(({ msg }) => /feedback store was broken/.test(msg))).toHaveLength(1);
    expect((await readiness()).body.status).toBe('ok');
    await stopProcess();
    await rename(join(folder, 'sound.db'), store());
    await start();
    const { body } = await client.send({ items: ids.map((id) => ({ id, label: 'acc' })) });
    expect(new Set(body.items.map(({ status }: { status: string }) => status))).toEqual(new Set(['recorded']));
  });
});

const mountable = process.getuid?.() === 0 && canMount();

function canMount(): boolean {
  const probe = join(tmpdir(), `tensornest-mount-${process.pid}`);
  try {
    execFileSync('mkdir', ['-p', probe]);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', probe], { stdio: 'ignore' });
    execFileSync('umount', [probe]);
    return true;
  } catch {
    return false;
  }
}

describe.runIf(mountable)('a disk that fills up', () => {
  it('costs no prediction, is told, and is written again once there is room', async () => {
    const disk = join(folder, 'disk');
    await mkdir(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]);
    try {
      await start({ STATE_DIR: disk, MAX_REQUEST_ROWS: '5000' });
      const rows = Array.from({ length: 5_000 }, () => ARTICLE_ROW);
      await vi.waitFor(
        async () => {
          await client.predict(rows);
          expect(await dropped()).toBeGreaterThan(0);
          const { status, body } = await readiness();
          expect([status, body.status]).toEqual([200, 'degraded']);
        },
        { timeout: 60_000, interval: 20 },
      );
      execFileSync('mount', ['-o', 'remount,size=16m', disk]);
      await vi.waitFor(async () => expect((await readiness()).body.status).toBe('ok'), SOON);
      const id = await client.predict();
      expect((await client.label(id, 'acc')).body.status).toBe('recorded');
    } finally {
      await stopProcess('SIGKILL');
      execFileSync('umount', ['-l', disk]);
    }
  });
});
