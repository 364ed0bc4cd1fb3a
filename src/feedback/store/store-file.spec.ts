import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newPredictionId } from '../../core/prediction-id.js';
import type { KeptBatch, Label } from './messages.js';
import { packAnswer } from './packed-answer.js';
import { StoreFile } from './store-file.js';

const OWNER = { caller: null, models: null };
const DAY = 86_400_000;

let folder: string;
let path: string;
let said: (string | null)[];
const open: StoreFile[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tensornest-store-'));
  path = join(folder, 'feedback.db');
  said = [];
});
afterEach(() => {
  for (const file of open.splice(0)) file.close();
  rmSync(folder, { recursive: true });
});

function openFile({ maxBytes = 1e9, at = path } = {}): StoreFile {
  const witness = { fault: (fault: string | null) => said.push(fault), warning: (text: string) => said.push(text) };
  const file = new StoreFile({ path: at, retentionDays: 30, maxBytes }, witness);
  open.push(file);
  return file;
}

/** Predictions of so many rows, all of them `yes`. */
function batchOf(ids: readonly string[], rows = 1): KeptBatch {
  const sources = [{ model: 'm', version: '1.0.0', classes: ['no', 'yes'], caller: 'anonymous' }];
  const answers = Uint32Array.from({ length: ids.length * rows }, () => packAnswer(1, 0.75));
  return { sources, ids: ids.join(''), entries: Uint32Array.from(ids.flatMap(() => [0, rows])), answers };
}

function keep(file: StoreFile, rows = 1, now = Date.now()): string {
  const id = newPredictionId(now);
  file.use((store) => {
    store.keep(batchOf([id], rows));
  });
  return id;
}

/** The begin of a slot that no id lies in or behind. Ids never go back in time, so these tests go ahead of it. */
function slotAhead(): number {
  const latest = Number.parseInt(newPredictionId().replaceAll('-', '').slice(0, 12), 16);
  return Math.ceil(latest / 100) * 100 + 100;
}

const labelOf = (prediction: string, label = 'yes', row = 0): Label => ({ prediction, row, label, replace: false });
const label = (file: StoreFile, one: Label) => file.use((store) => store.label([one], OWNER))[0]!.status;
const liveRows = (file: StoreFile) =>
  file.use((store) => store.tallies('m')).tallies.reduce((sum, { rows }) => sum + rows, 0);

describe('a broken file', () => {
  const pages = 4_096;
  it.each<[string, () => void]>([
    ['that is no database', () => writeFileSync(path, 'no database at all\n'.repeat(1_000))],
    ['that was cut short', () => truncateSync(path, Math.floor(statSync(path).size / 2) - 100)],
    [
      'that was overwritten in the middle',
      () => {
        const bytes = readFileSync(path);
        for (let at = pages; at + pages < bytes.length; at += 3 * pages) bytes.fill(0xa5, at, at + pages);
        writeFileSync(path, bytes);
      },
    ],
    [
      'of a later format',
      () => {
        const bytes = readFileSync(path);
        // The user version of SQLite's header.
        bytes.writeInt32BE(99, 60);
        writeFileSync(path, bytes);
      },
    ],
  ])('%s is moved aside with a warning, and a new one is begun', (_, damage) => {
    const before = openFile();
    for (let n = 0; n < 50; n += 1) keep(before, 500);
    before.close();
    damage();
    const damaged = readFileSync(path);
    const file = openFile();
    expect(label(file, labelOf(keep(file)))).toBe('recorded');
    expect(said).toEqual([expect.stringMatching(/^The feedback store was broken \(.+\): it is now .+\.broken, and/)]);
    expect(readFileSync(`${path}.broken`).equals(damaged)).toBe(true);
  });

  it('is moved aside once, and those who have it open go over to the new one', () => {
    const [first, second] = [openFile(), openFile()];
    keep(first);
    keep(second);
    for (const part of ['', '-wal', '-shm']) rmSync(path + part, { force: true });
    writeFileSync(path, 'no database at all\n'.repeat(1_000));
    const id = keep(first);
    expect(label(second, labelOf(id))).toBe('recorded');
    expect(label(first, labelOf(id))).toBe('repeated');
    expect(said).toHaveLength(1);
  });

  it('that was deleted is begun anew', () => {
    const file = openFile();
    keep(file);
    for (const part of ['', '-wal', '-shm']) rmSync(path + part, { force: true });
    expect(label(file, labelOf(keep(file)))).toBe('recorded');
    expect(said).toEqual([]);
  });
});

describe('a place that cannot be written', () => {
  it('is told once, without its path, and used once it can be', async () => {
    const parent = join(folder, 'state');
    writeFileSync(parent, 'a file where a folder should be');
    const file = openFile({ at: join(parent, 'feedback.db') });
    expect(() => keep(file)).toThrow();
    expect(() => keep(file)).toThrow();
    expect(said).toEqual([expect.stringMatching(/^E[A-Z]+: [a-z ]+$/)]);
    rmSync(parent);
    mkdirSync(parent);
    await expect.poll(() => (file.tryAgain(), said), { timeout: 10_000 }).toEqual([expect.anything(), null]);
    expect(label(file, labelOf(keep(file)))).toBe('recorded');
  });
});

describe('the store', () => {
  it('makes room by taking out the oldest predictions and their outcomes, and knows that they were there', () => {
    const maxBytes = 1_048_576;
    const file = openFile({ maxBytes });
    // What is made in the same 100 ms goes together.
    const start = slotAhead();
    const first = keep(file, 1_000, start);
    expect(label(file, labelOf(first))).toBe('recorded');
    for (let n = 1; n <= 400; n += 1) keep(file, 1_000, start + 10 * n);
    file.prune();
    expect(label(file, labelOf(first))).toBe('late');
    const last = keep(file, 1, start + 4_100);
    expect([label(file, labelOf(last)), liveRows(file)]).toEqual(['recorded', 1]);
    // What there is now fits into the pages that were freed.
    const { size } = statSync(path);
    for (let n = 0; n < 100; n += 1) keep(file, 1_000);
    expect(statSync(path).size).toBeLessThanOrEqual(size + maxBytes);
  });

  it('takes out what is too old', () => {
    const file = openFile();
    const now = Date.now();
    const id = keep(file, 1, now);
    expect(label(file, labelOf(id))).toBe('recorded');
    file.use((store) => {
      store.prune(now + 31 * DAY);
      expect(store.label([labelOf(id)], OWNER, now + 31 * DAY)[0]!.status).toBe('late');
    });
    expect(liveRows(file)).toBe(0);
  });

  it('takes out none that is not too old, however many are kept in one record', () => {
    const file = openFile();
    const slot = slotAhead();
    const ids = [slot + 10, slot + 90].map((time) => newPredictionId(time));
    file.use((store) => {
      store.keep(batchOf(ids));
      // Between the two.
      store.prune(slot + 50 + 30 * DAY);
      const labels = ids.map((id) => labelOf(id));
      const statuses = (now: number) => store.label(labels, OWNER, now).map(({ status }) => status);
      expect(statuses(slot + 50 + 30 * DAY)).toEqual(['recorded', 'recorded']);
      store.prune(slot + 100 + 30 * DAY);
      expect(statuses(slot + 100 + 30 * DAY)).toEqual(['late', 'late']);
    });
    expect(liveRows(file)).toBe(0);
  });

  it('has what a store of the first format had', () => {
    const ids = Array.from({ length: 20 }, () => newPredictionId());
    const answers = new Uint8Array(Uint32Array.of(packAnswer(1, 0.75), packAnswer(0, 0.5)).buffer);
    const old = new DatabaseSync(path);
    old.exec(`
      CREATE TABLE source (id INTEGER PRIMARY KEY, model TEXT NOT NULL, version TEXT NOT NULL, classes TEXT NOT NULL,
        caller TEXT NOT NULL, UNIQUE (model, version, classes, caller)) STRICT;
      CREATE TABLE prediction (id BLOB PRIMARY KEY, source INTEGER NOT NULL, answers BLOB NOT NULL) STRICT, WITHOUT ROWID;
      INSERT INTO source VALUES (1, 'm', '1.0.0', '["no","yes"]', 'anonymous');
      PRAGMA user_version = 1;
    `);
    const insert = old.prepare('INSERT INTO prediction VALUES (?, 1, ?)');
    for (const id of ids) insert.run(Buffer.from(id.replaceAll('-', ''), 'hex'), answers);
    old.close();
    const [first, second] = [openFile(), openFile()];
    const later = Array.from({ length: 20 }, () => newPredictionId());
    first.use((store) => {
      store.keep(batchOf(later));
    });
    for (const id of ids) expect(label(second, labelOf(id, 'yes', 1))).toBe('recorded');
    for (const id of [...ids, ...later]) expect(label(first, labelOf(id))).toBe('recorded');
    expect(label(first, labelOf(ids[0]!, 'yes', 2))).toBe('unknown');
    expect(liveRows(first)).toBe(60);
    expect(said).toEqual([]);
  });

  it('keeps a batch that comes twice once', () => {
    const file = openFile();
    const ids = Array.from({ length: 50 }, () => newPredictionId());
    for (let n = 0; n < 2; n += 1) file.use((store) => store.keep(batchOf(ids, 3)));
    for (const id of ids) expect(label(file, labelOf(id, 'no', 2))).toBe('recorded');
    expect(label(file, labelOf(ids[0]!, 'no', 3))).toBe('unknown');
    expect(liveRows(file)).toBe(50);
  });

  it('has the sum of all labels, however they were replaced', () => {
    const file = openFile();
    const id = keep(file, 50);
    let state = 11;
    const chance = (below: number) => (state = (state * 48_271) % 2_147_483_647) % below;
    const expected = new Map<number, string>();
    for (let n = 0; n < 500; n += 1) {
      const [row, text] = [chance(50), chance(2) === 0 ? 'no' : 'yes'];
      file.use((store) => store.label([{ ...labelOf(id, text, row), replace: true }], OWNER));
      expected.set(row, text);
    }
    const counted = (text: string) => [...expected.values()].filter((one) => one === text).length;
    const { tallies } = file.use((store) => store.tallies('m'));
    expect(Object.fromEntries(tallies.map((tally) => [tally.label, tally.rows]))).toEqual({
      no: counted('no'),
      yes: counted('yes'),
    });
    const since = file.use((store) => store.labelledSince('m', ['1.0.0', '2.0.0'], Date.now() - DAY));
    expect(since).toEqual([
      { rows: expected.size, correct: counted('yes') },
      { rows: 0, correct: 0 },
    ]);
  });
});
