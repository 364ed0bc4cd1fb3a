import { statSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { LabelledRows } from '../../core/ports/outcomes.js';
import type { KeptBatch, Label, LabelOutcome, ModelTallies, Owner, Source, StoreSettings, Tally } from './messages.js';
import { answersOf, type KeptRecord, recordsOf } from './kept-record.js';
import { unpackAnswer } from './packed-answer.js';
import { firstKeyAt, firstKeyOf, keysOf, slotAt, slotOf } from './prediction-key.js';
import { FORMAT, SCHEMA, SETTINGS, UPGRADES } from './schema.js';

/** How long a process waits for another that writes, in milliseconds. */
const BUSY_MS = 5_000;
const DAY_MS = 86_400_000;
/** Bins of confidence, of equal width, as the calibration in a model package has them. */
const BINS = 10;
/** What is taken out at a time where the file is full: records at most, and bytes at least. */
const CUT = 5_000;
const CUT_BYTES = 65_536;
/** About what a record or an outcome takes beside its answers. */
const RECORD_BYTES = 48;
/** A file that is full is emptied to this share of its size. */
const KEPT_SHARE = 0.95;

/** Written to find out whether a disk that was full has room again. */
const PROBE_BYTES = 131_072;

/** The file is not a database of this format, or no sound one. */
export class UnusableFile extends Error {
  override readonly name = 'UnusableFile';
}

interface SourceRow extends Omit<Source, 'classes'> {
  readonly id: number;
  readonly classes: string;
}

/** A record with its source. */
interface Found extends SourceRow, Omit<KeptRecord, 'source'> {}

/**
 * Predictions and their outcomes in one SQLite file, which several processes may have open: SQLite's own locks let one of them
 * write at a time. All calls block, so it lives in a thread of its own. No call leaves anything half done.
 */
export class OutcomeStore {
  private readonly database: DatabaseSync;
  private readonly inode: number | undefined;
  private readonly statements = new Map<string, StatementSync>();
  private readonly sources = new Map<string, number>();

  /** Throws `UnusableFile`, or SQLite's own error. */
  constructor(private readonly settings: StoreSettings) {
    this.database = new DatabaseSync(settings.path, { timeout: BUSY_MS });
    try {
      this.assertSound();
      this.database.exec(SETTINGS);
      this.inTransaction(() => {
        // Another process may have been quicker.
        for (let format = this.format(); format in UPGRADES; format += 1) this.database.exec(UPGRADES[format]!);
        this.database.exec(SCHEMA);
      });
      this.inode = inodeOf(settings.path);
    } catch (error) {
      this.database.close();
      throw error;
    }
  }

  /** Whether the path still leads to the file that is open here: another process may have moved it aside. */
  get isCurrent(): boolean {
    return inodeOf(this.settings.path) === this.inode;
  }

  /** Proves that there is room for a batch of usual size: a disk may be full for that and have some bytes left. */
  touch(): void {
    const write = this.sql("INSERT OR REPLACE INTO note VALUES ('room', zeroblob(?))");
    write.run(PROBE_BYTES);
    write.run(0);
  }

  keep(batch: KeptBatch): void {
    const records = recordsOf(batch);
    this.inTransaction(() => {
      const known = batch.sources.map((source) => this.sourceId(source));
      // The same batch may come twice where nobody knows whether it was written.
      const insert = this.sql('INSERT OR IGNORE INTO prediction (id, source, answers, members) VALUES (?, ?, ?, ?)');
      for (const { key, source, answers, members } of records) insert.run(key, known[source]!, answers, members);
    });
  }

  label(labels: readonly Label[], owner: Owner, now = Date.now()): LabelOutcome[] {
    return this.inTransaction(() => {
      const cut = this.cut(now);
      return labels.map((label) => this.labelOne(label, owner, cut));
    });
  }

  tallies(model: string): ModelTallies {
    const rows = this.sql(
      `SELECT version, classes, predicted, label, bin, sum(rows) AS rows, sum(confidence) AS confidence
       FROM tally JOIN source ON source.id = tally.source WHERE model = ? AND rows > 0
       GROUP BY version, classes, predicted, label, bin`,
    ).all(model) as unknown as (Omit<Tally, 'predicted' | 'label'> & {
      readonly classes: string;
      readonly predicted: number;
      readonly label: number;
    })[];
    const classes: Record<string, string[]> = {};
    const tallies = rows.map(({ classes: text, predicted, label, ...tally }): Tally => {
      const labels = JSON.parse(text) as string[];
      const known = (classes[tally.version] ??= []);
      known.push(...labels.filter((name) => !known.includes(name)));
      return { ...tally, predicted: labels[predicted]!, label: labels[label]! };
    });
    return { classes, tallies };
  }

  labelledSince(model: string, versions: readonly string[], since: number): LabelledRows[] {
    const count = this.sql(
      `SELECT count(*) AS rows, coalesce(sum(predicted = label), 0) AS correct
       FROM outcome JOIN source ON source.id = outcome.source
       WHERE prediction >= ? AND model = ? AND version = ?`,
    );
    return versions.map((version) => ({
      ...(count.get(firstKeyAt(since), model, version) as unknown as LabelledRows),
    }));
  }

  /** Takes out what is too old, and the oldest of what there is no room for. */
  prune(now = Date.now()): void {
    const { retentionDays, maxBytes } = this.settings;
    this.cutBefore(firstKeyOf(slotAt(now - retentionDays * DAY_MS)));
    if (this.usedBytes() <= maxBytes) return;
    const kept = maxBytes * KEPT_SHARE;
    for (let used = this.usedBytes(); used > kept; used = this.usedBytes()) {
      const oldest = this.oldest(Math.max(CUT_BYTES, used - kept));
      if (oldest === undefined) return;
      this.cutBefore(firstKeyOf(slotOf(oldest) + 1));
    }
  }

  close(): void {
    this.database.close();
  }

  private labelOne({ prediction, row, label, replace }: Label, owner: Owner, cut: Uint8Array): LabelOutcome {
    const key = keysOf(prediction);
    if (Buffer.compare(key, cut) < 0) return { status: 'late' };
    const found = this.find(key);
    if (found === undefined || !mayLabel(owner, found.record)) return { status: 'unknown' };
    const answer = answerAt(found.answers, row);
    if (answer === undefined) return { status: 'unknown' };
    const { record } = found;
    const classes = JSON.parse(record.classes) as string[];
    const index = classes.indexOf(label);
    if (index < 0) return { status: 'unknown-class', classes };
    const { model, version } = record;
    const about = { model, version, predicted: classes[answer.winner]! };
    const stands = this.sql('SELECT label FROM outcome WHERE prediction = ? AND row = ?').get(key, row) as
      { label: number } | undefined;
    if (stands?.label === index) return { ...about, status: 'repeated' };
    if (stands !== undefined && !replace) return { ...about, status: 'conflict', stands: classes[stands.label]! };
    if (stands !== undefined) this.sql('DELETE FROM outcome WHERE prediction = ? AND row = ?').run(key, row);
    const { winner, confidence } = answer;
    const bin = Math.min(BINS - 1, Math.floor(confidence * BINS));
    const insert = this.sql('INSERT INTO outcome VALUES (?, ?, ?, ?, ?, ?, ?)');
    insert.run(key, row, record.id, winner, index, bin, confidence);
    return { ...about, status: stands === undefined ? 'recorded' : 'replaced' };
  }

  /** The record of a prediction, and its answers. */
  private find(key: Buffer): { readonly record: Found; readonly answers: Uint8Array } | undefined {
    const near = this.sql(
      `SELECT prediction.id AS key, answers, members, source.id, model, version, classes, caller
       FROM prediction JOIN source ON source.id = source
       WHERE prediction.id BETWEEN ? AND ? ORDER BY prediction.id DESC`,
    );
    for (const record of near.iterate(firstKeyOf(slotOf(key)), key) as unknown as Iterable<Found>) {
      const answers = answersOf(record, key);
      if (answers !== undefined) return { record, answers };
    }
    return undefined;
  }

  /** Everything before this id is gone. It is the first of a slot, so a record is gone whole. */
  private cut(now: number): Uint8Array {
    const aged = firstKeyOf(slotAt(now - this.settings.retentionDays * DAY_MS));
    const noted = this.sql("SELECT value FROM note WHERE name = 'cut'").get() as { value: Uint8Array } | undefined;
    return noted !== undefined && Buffer.compare(noted.value, aged) > 0 ? noted.value : aged;
  }

  private cutBefore(key: Uint8Array): void {
    this.inTransaction(() => {
      const taken = this.sql('DELETE FROM prediction WHERE id < ?').run(key).changes;
      const labelled = this.sql('DELETE FROM outcome WHERE prediction < ?').run(key).changes;
      if (Number(taken) + Number(labelled) === 0) return;
      this.sql('DELETE FROM tally WHERE rows <= 0').run();
      this.sql(`INSERT INTO note VALUES ('cut', ?) ON CONFLICT DO UPDATE SET value = max(value, excluded.value)`).run(
        key,
      );
    });
  }

  /** The last of the oldest records that take so many bytes, or of `CUT`; undefined where there are none. */
  private oldest(bytes: number): Buffer | undefined {
    for (const oldest of [
      `SELECT id, length(answers) + coalesce(length(members), 0) AS bytes FROM prediction ORDER BY id LIMIT ${CUT}`,
      `SELECT prediction AS id, 0 AS bytes FROM outcome ORDER BY prediction LIMIT ${CUT}`,
    ]) {
      const records = this.sql(oldest).all() as unknown as { readonly id: Uint8Array; readonly bytes: number }[];
      let left = bytes;
      const last = records.find((record) => (left -= record.bytes + RECORD_BYTES) <= 0) ?? records.at(-1);
      if (last !== undefined) return Buffer.from(last.id);
    }
    return undefined;
  }

  private usedBytes(): number {
    const pragma = (name: string) => Number(Object.values(this.sql(`PRAGMA ${name}`).get()!)[0]);
    return (pragma('page_count') - pragma('freelist_count')) * pragma('page_size');
  }

  private sourceId({ model, version, classes, caller }: Source): number {
    const labels = JSON.stringify(classes);
    const key = JSON.stringify([model, version, labels, caller]);
    let id = this.sources.get(key);
    if (id === undefined) {
      this.sql('INSERT OR IGNORE INTO source (model, version, classes, caller) VALUES (?, ?, ?, ?)').run(
        model,
        version,
        labels,
        caller,
      );
      const found = this.sql(
        'SELECT id FROM source WHERE model = ? AND version = ? AND classes = ? AND caller = ?',
      ).get(model, version, labels, caller) as { id: number };
      ({ id } = found);
      this.sources.set(key, id);
    }
    return id;
  }

  private assertSound(): void {
    const format = this.format();
    if (format > FORMAT) throw new UnusableFile(`it has the format ${format}, and ${FORMAT} is the latest here`);
    const [said] = Object.values(this.sql('PRAGMA quick_check(1)').get()!);
    if (said !== 'ok') throw new UnusableFile(String(said));
  }

  private format(): number {
    return Number(Object.values(this.sql('PRAGMA user_version').get()!)[0]);
  }

  private sql(text: string): StatementSync {
    let statement = this.statements.get(text);
    if (statement === undefined) {
      statement = this.database.prepare(text);
      this.statements.set(text, statement);
    }
    return statement;
  }

  private inTransaction<T>(work: () => T): T {
    this.database.exec('BEGIN IMMEDIATE');
    try {
      const done = work();
      this.database.exec('COMMIT');
      return done;
    } catch (error) {
      // What it remembers of the transaction may be gone with it.
      this.sources.clear();
      if (this.database.isTransaction) this.database.exec('ROLLBACK');
      throw error;
    }
  }
}

function mayLabel({ caller, models }: Owner, row: SourceRow): boolean {
  return (caller === null || caller === row.caller) && (models === null || models.includes(row.model));
}

function answerAt(answers: Uint8Array, row: number) {
  const at = row * Uint32Array.BYTES_PER_ELEMENT;
  if (at >= answers.byteLength) return undefined;
  return unpackAnswer(new DataView(answers.buffer, answers.byteOffset, answers.byteLength).getUint32(at, true));
}

function inodeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}
