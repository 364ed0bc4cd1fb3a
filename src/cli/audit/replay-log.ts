import type { Readable } from 'node:stream';
import type { AppConfig } from '../../core/app-config.js';
import { REDACTED } from '../../core/redaction.js';
import { explainRow } from '../../encoding/row-dto.js';
import type { TabularSlot } from '../../model/tabular-slot.js';
import { EventReader, type RecordedPrediction } from '../../observability/audit/formats/read-events.js';
import { BACKENDS } from '../../runtime/backends/index.js';
import { openTabularPackage } from '../model/find-package.js';
import { problemsText } from '../rows/sift.js';
import { auditLines } from './audit-lines.js';
import { type ReplayedRow, ReplayTally, type Tallied, type Verdict } from './replay-tally.js';
import { SlotShelf } from './slot-shelf.js';

/** Damaged lines, and refused rows, that are told one by one. */
const TOLD = 20;
/** How often the progress is told, in milliseconds. */
const PROGRESS_MS = 2_000;

export interface Told {
  readonly place: string;
  readonly reason: string;
}

/** What is in a log, line by line. */
interface LineCounts {
  read: number;
  /** Of rows that the model predicted. */
  predictions: number;
  otherModels: number;
  tensorCalls: number;
  /** KServe's requests and responses whose other half is not there. */
  unpaired: number;
  gaps: number;
  /** Sound lines of something else. */
  foreign: number;
  damaged: number;
}

/** What replaying a log comes to. */
export interface Replay extends Tallied {
  readonly model: { readonly name: string; readonly version: string; readonly digest: string };
  readonly lines: Readonly<LineCounts>;
  readonly damagedLines: readonly Told[];
  /** Rows with covered features: what the model was asked is not known. */
  readonly skipped: number;
  /** Rows that the candidate's signature refuses. */
  readonly refused: number;
  readonly refusedRows: readonly Told[];
  /** Versions that answered and are not in the models folder as they were, so that their probabilities are not known. */
  readonly unknownVersions: readonly {
    readonly version: string;
    readonly digest: string;
    readonly rows: number;
    readonly reason: string;
  }[];
}

export interface ReplayOptions {
  readonly model: string;
  readonly files: readonly string[];
  /** Most examples of changed rows. */
  readonly examples: number;
  readonly config: AppConfig;
  readonly stdin: Readable;
  readonly progress: (text: string) => void;
}

interface Pending extends ReplayedRow {
  readonly version: string;
  readonly digest: string;
}

/**
 * Predicts the rows of audit logs anew with the package that `model` names, by the encoder and the model that serve it, and
 * compares the classes with the recorded ones. Reads as it goes: memory does not grow with the logs.
 */
export async function replayLogs({ model, files, examples, config, stdin, progress }: ReplayOptions): Promise<Replay> {
  const { found } = await openTabularPackage(model, config);
  const shelf = new SlotShelf(config, await BACKENDS.wasm());
  try {
    const replayer = new Replayer(await shelf.open(found), shelf, examples, config.limits.batchRows, progress);
    for (const file of files) {
      let number = 0;
      for await (const { bytes, complete } of auditLines(file, stdin)) {
        number += 1;
        await replayer.line(bytes.toString('utf8'), complete, `${file}:${number}`);
      }
    }
    return await replayer.end();
  } finally {
    await shelf.close();
  }
}

class Replayer {
  private readonly reader = new EventReader();
  private readonly tally: ReplayTally;
  private readonly lines: LineCounts = {
    read: 0,
    predictions: 0,
    otherModels: 0,
    tensorCalls: 0,
    unpaired: 0,
    gaps: 0,
    foreign: 0,
    damaged: 0,
  };
  private readonly damagedLines: Told[] = [];
  private readonly refusedRows: Told[] = [];
  private readonly unknown = new Map<string, { version: string; digest: string; rows: number; reason: string }>();
  private readonly name: string;
  private pending: Pending[] = [];
  private skipped = 0;
  private refused = 0;
  private told = performance.now();

  constructor(
    private readonly candidate: TabularSlot,
    private readonly shelf: SlotShelf,
    examples: number,
    private readonly batchRows: number,
    private readonly progress: (text: string) => void,
  ) {
    this.tally = new ReplayTally(examples);
    this.name = candidate.manifest.name;
  }

  async line(text: string, complete: boolean, place: string): Promise<void> {
    const { lines } = this;
    lines.read += 1;
    const recorded = complete ? this.reader.read(text) : { kind: 'damaged' as const, reason: 'was cut short' };
    switch (recorded.kind) {
      case 'prediction':
        await this.prediction(recorded, place);
        break;
      case 'tensors':
        lines.tensorCalls += 1;
        break;
      case 'request':
        break;
      case 'unpaired':
        lines.unpaired += 1;
        break;
      case 'gap':
        lines.gaps += 1;
        break;
      case 'foreign':
        lines.foreign += 1;
        break;
      case 'damaged':
        lines.damaged += 1;
        if (this.damagedLines.length < TOLD) this.damagedLines.push({ place, reason: recorded.reason });
        break;
    }
  }

  async end(): Promise<Replay> {
    await this.run();
    const { lines, damagedLines, skipped, refused, refusedRows } = this;
    lines.unpaired += this.reader.waiting;
    const { name, version } = this.candidate.manifest;
    const model = { name, version, digest: this.candidate.digest };
    const unknownVersions = [...this.unknown.values()];
    return { model, ...this.tally.result(), lines, damagedLines, skipped, refused, refusedRows, unknownVersions };
  }

  private async prediction(
    { id, model, version, digest, inputs, positions, labels }: RecordedPrediction,
    place: string,
  ): Promise<void> {
    if (model !== this.name) {
      this.lines.otherModels += 1;
      return;
    }
    this.lines.predictions += 1;
    for (const [row, input] of inputs.entries()) {
      if (isCovered(input)) {
        this.skipped += 1;
        continue;
      }
      this.pending.push({
        id: `${id}/${positions?.[row] ?? row}`,
        place,
        input,
        recorded: labels[row]!,
        version,
        digest,
      });
      if (this.pending.length >= this.batchRows) await this.run();
    }
  }

  /** Predicts the rows that were gathered. */
  private async run(): Promise<void> {
    const rows = this.accepted(this.pending);
    this.pending = [];
    const now = await verdicts(this.candidate, rows);
    for (const [digest, own] of Map.groupBy(rows.keys(), (index) => rows[index]!.digest)) {
      const group = own.map((index) => rows[index]!);
      const answers = own.map((index) => now[index]!);
      const before = await this.before(digest, group, answers);
      group.forEach((row, at) => {
        const { version: _, digest: __, ...replayed } = row;
        this.tally.add(replayed, answers[at]!, before?.[at]);
      });
    }
    if (performance.now() - this.told < PROGRESS_MS) return;
    this.told = performance.now();
    const { rows: done, changed } = this.tally.result();
    this.progress(`${this.lines.read} lines, ${done} rows replayed, ${changed} changed\n`);
  }

  /** What the version that answered says today of rows that it answered. */
  private async before(
    digest: string,
    rows: readonly Pending[],
    now: readonly Verdict[],
  ): Promise<readonly Verdict[] | undefined> {
    const { version } = rows[0]!;
    const slot = await this.shelf.find(this.name, version, digest);
    if (slot === this.candidate) return now;
    if (typeof slot !== 'string') return verdicts(slot, rows);
    const known = this.unknown.get(digest);
    if (known === undefined) this.unknown.set(digest, { version, digest, rows: rows.length, reason: slot });
    else known.rows += rows.length;
    return undefined;
  }

  private accepted(rows: readonly Pending[]): readonly Pending[] {
    const { encoder } = this.candidate;
    if (rows.length === 0 || encoder.encode(rows.map(({ input }) => input)) !== undefined) return rows;
    return rows.filter(({ input, place, id }) => {
      if (encoder.encode([input]) !== undefined) return true;
      this.refused += 1;
      if (this.refusedRows.length < TOLD) {
        const problems = problemsText(explainRow(this.candidate.manifest.signature, input));
        this.refusedRows.push({ place, reason: `${id}: ${problems}` });
      }
      return false;
    });
  }
}

function isCovered(input: unknown): boolean {
  return typeof input === 'object' && input !== null && Object.values(input).includes(REDACTED);
}

/** What the model says of rows that its signature accepts; nothing of rows that it does not. */
async function verdicts(slot: TabularSlot, rows: readonly ReplayedRow[]): Promise<readonly Verdict[]> {
  if (rows.length === 0) return [];
  const batch = slot.encoder.encode(rows.map(({ input }) => input));
  if (batch === undefined) return [];
  const { answers } = await slot.run(batch);
  const labels = slot.manifest.signature.classes.map(({ label }) => label);
  return Array.from(slot.decide(answers, rows.length), (winner, row) => ({
    label: labels[winner]!,
    probabilities: new Map(labels.map((label, column) => [label, answers[row * labels.length + column]!])),
  }));
}
