import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { auditCommand } from '../../src/cli/audit-command.js';
import { ONE_ROW, send } from '../support/exchange.js';
import { folder, ownProcess, service, startProcess, stopProcess } from '../support/own-process.js';

vi.setConfig({ testTimeout: 90_000 });

let url: string;
ownProcess();

async function start(log: string, env: Record<string, string> = {}): Promise<void> {
  url = await startProcess({ AUDIT_LOG: log, STATE_DIR: join(folder, 'state'), LOG_FORMAT: 'json', ...env });
}

const predict = () => send(`${url}/api/v1/predict`, { body: ONE_ROW }).answer;

async function predictTimes(count: number): Promise<number[]> {
  const statuses: number[] = [];
  for (let at = 0; at < count; at += 1) statuses.push((await predict()).status);
  return statuses;
}

async function metric(name: string): Promise<number> {
  const { text } = await send(`${url}/metrics`).answer;
  const values = [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))].map(([, value]) =>
    Number(value),
  );
  return values.reduce((sum, value) => sum + value, 0);
}

const ready = async () => {
  const { status, text } = await send(`${url}/health/ready`).answer;
  return { status, body: JSON.parse(text) };
};

/** What `audit verify` says, and the code that it ends with. */
async function verify(file: string): Promise<{ code: number; text: string }> {
  let text = '';
  const code = await auditCommand(['verify', file], { out: (more) => (text += more), err: (more) => (text += more) });
  return { code, text };
}

const linesOf = async (file: string) => (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');

describe.each([
  ['a service', {}],
  ['a group of two processes', { WEB_CONCURRENCY: '2' }],
])('%s whose audit log is on a full disk', (_, env) => {
  it('answers every prediction, counts exactly what was lost, and says that it is impaired', async () => {
    await start('/dev/full', env);
    expect(new Set(await predictTimes(40))).toEqual(new Set([200]));
    await vi.waitFor(async () => expect(await metric('tensornest_audit_dropped_total')).toBe(40), 10_000);
    expect(await metric('tensornest_audit_events_total')).toBe(40);
    await vi.waitFor(async () => {
      const { status, body } = await ready();
      expect([status, body.status]).toEqual([200, 'degraded']);
      expect(body.details.audit.message).toMatch(/^The audit log cannot be written: ENOSPC/);
    }, 10_000);
    const complaints = service.stdout.match(/The audit log cannot be written/g) ?? [];
    expect(complaints).toHaveLength(1);
    // What was lost was counted; the end is as good as any.
    expect(await stopProcess()).toBe(0);
  });

  it('predicts nothing that it cannot record where that is asked for, and loses nothing', async () => {
    await start('/dev/full', { AUDIT_ON_ERROR: 'block', ...env });
    const refused = await vi.waitFor(async () => {
      const answer = await predict();
      expect(answer.status).toBe(503);
      return answer;
    }, 10_000);
    expect(JSON.parse(refused.text)).toMatchObject({ type: '/problems/audit-unavailable' });
    expect(refused.headers['retry-after']).toBe('1');
    expect(await metric('tensornest_audit_dropped_total')).toBe(0);
    await vi.waitFor(async () => expect((await ready()).status).toBe(503), 10_000);
    expect((await send(`${url}/health/live`).answer).status).toBe(200);
  });
});

describe('an audit log', () => {
  it('is one chain over all processes and restarts, which `audit verify` finds whole', async () => {
    const file = join(folder, 'audit.jsonl');
    await start(file, { WEB_CONCURRENCY: '2' });
    await predictTimes(20);
    expect(await stopProcess()).toBe(0);
    await start(file);
    await predictTimes(5);
    expect(await stopProcess()).toBe(0);
    const { code, text } = await verify(file);
    expect([code, text]).toEqual([0, expect.stringMatching(/^All there, unchanged and in order \(25 lines\)\./)]);
    const lines = await linesOf(file);
    lines[9] = lines[9]!.replace('"acc"', '"vgood"');
    await writeFile(file, `${lines.join('\n')}\n`);
    const changed = await verify(file);
    expect([changed.code, changed.text]).toEqual([
      4,
      expect.stringMatching(/^line 11 does not fit the line before it/),
    ]);
    lines.splice(9, 2);
    await writeFile(file, `${lines.join('\n')}\n`);
    expect((await verify(file)).text).toMatch(/^line 10 has number 12 and stands behind 9: 2 lines are missing/);
  });

  it('of a process that was killed is readable to its last line, and goes on behind it', async () => {
    const file = join(folder, 'audit.jsonl');
    await start(file);
    await predictTimes(10);
    await vi.waitFor(async () => expect((await linesOf(file)).length).toBe(10), 10_000);
    // Lines are gathered for 10 ms. Whoever was answered well before the end has a line.
    const early = await predictTimes(20);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const late = Promise.all(Array.from({ length: 40 }, () => predict()));
    await stopProcess('SIGKILL');
    await late;
    expect((await verify(file)).code).toBe(0);
    const kept = (await linesOf(file)).length;
    expect(kept).toBeGreaterThanOrEqual(10 + early.length);
    expect(kept).toBeLessThanOrEqual(10 + early.length + 40);
    await start(file);
    await predictTimes(3);
    expect(await stopProcess()).toBe(0);
    expect((await verify(file)).code).toBe(0);
  });
});

const mountable = process.getuid?.() === 0 && existsSync('/proc/self/mounts') && canMount();

function canMount(): boolean {
  const probe = join(tmpdir(), `tensornest-mount-${process.pid}`);
  try {
    execFileSync('mkdir', ['-p', probe]);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', probe], { stdio: 'ignore' });
    execFileSync('umount', [probe]);
    return true;
  } catch {
    return false;
  } finally {
    execFileSync('rmdir', [probe], { stdio: 'ignore' });
  }
}

if (!mountable)
  process.stderr.write('Not tried, for it takes root and a machine that lets it mount: a disk that fills up.\n');

describe.runIf(mountable)('a disk that fills up', () => {
  let disk: string;
  beforeEach(async () => {
    disk = join(folder, 'disk');
    await mkdir(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]);
  });
  afterEach(() => {
    execFileSync('umount', ['-l', disk]);
  });

  it('costs no prediction; every line is written or counted, and writing goes on when there is room', async () => {
    const file = join(disk, 'audit.jsonl');
    await writeFile(join(disk, 'filler'), Buffer.alloc(1_000_000));
    await start(file);
    expect(new Set(await predictTimes(200))).toEqual(new Set([200]));
    await vi.waitFor(async () => expect(await metric('tensornest_audit_dropped_total')).toBeGreaterThan(0), 10_000);
    let asked = 200;
    await vi.waitFor(async () => {
      // What tells of the gap is shorter than a prediction: it may find room where that found none.
      await predict();
      asked += 1;
      expect((await ready()).body.status).toBe('degraded');
    }, 10_000);
    await rm(join(disk, 'filler'));
    const freed = performance.now();
    // Nobody asks for a prediction meanwhile.
    await vi.waitFor(async () => expect((await ready()).body.status).toBe('ok'), 10_000);
    expect(performance.now() - freed).toBeLessThan(5_000);
    expect(new Set(await predictTimes(5))).toEqual(new Set([200]));
    await vi.waitFor(
      async () => expect((await linesOf(file)).at(-1)).toContain('"type":"io.tensornest.inference.prediction.v1"'),
      10_000,
    );
    const counted = await metric('tensornest_audit_dropped_total');
    expect(await stopProcess()).toBe(0);
    const { code, text } = await verify(file);
    expect(code).toBe(0);
    const told = [...text.matchAll(/(\d+) lines before it could not be written/g)];
    expect(told.reduce((sum, [, lines]) => sum + Number(lines), 0)).toBe(counted);
    const predictions = (await linesOf(file)).filter((line) => line.includes('"subject":'));
    expect(predictions.length + counted).toBe(asked + 5);
  });
});
