import type { Cancellation } from '../core/cancellation.js';
import { TensornestError } from '../core/errors.js';
import type { OpenModel, Placement } from '../core/ports/inference-backend.js';
import type { RowArena } from '../core/row-arena.js';
import type { RowBatch } from '../core/row-batch.js';
import { type Decide, decideBy } from '../core/winners.js';
import { type Layout, RowEncoder } from '../encoding/row-encoder.js';
import { RowScanner } from '../encoding/row-scanner.js';
import type { Load } from './admission.js';
import { InputCounts } from './input-counts.js';
import { checkGolden } from './golden-check.js';
import type { Execution } from './batch-pieces.js';
import { MicroBatcher } from './micro-batcher.js';
import type { GoldenRecords, Manifest } from './package/manifest.js';
import { Slot, type SlotIdentity } from './slot.js';

/** Numbers of rows that are written side by side, at most: 1 MiB. Larger requests have memory of their own. */
const LARGEST_ARENA = 262_144;

export interface SlotContents extends SlotIdentity<Manifest> {
  readonly golden: GoldenRecords;
  /** What the model takes: encoded columns, or the place of the row among all inputs. */
  readonly layout: Layout;
  readonly model: OpenModel;
  /** Most rows of one execution. */
  readonly maxRows: number;
  /** Most rows that may wait for one; without it, however many there are. */
  readonly queueRows?: number;
}

/** One loaded version of a tabular classifier. */
export class TabularSlot extends Slot<Manifest> {
  readonly encoder: RowEncoder;
  readonly tabulated: boolean;
  readonly placement: Placement;
  /** What the model takes. */
  readonly layout: Layout;
  readonly golden: GoldenRecords;
  /** How its probabilities become classes. */
  readonly decide: Decide;
  /** What was wrong with the values of its rows. */
  readonly inputs: InputCounts;
  private readonly model: OpenModel;
  private readonly batcher: MicroBatcher;
  private readonly scanners = new Map<string, RowScanner>();

  constructor(contents: SlotContents) {
    super(contents);
    this.golden = contents.golden;
    this.decide = decideBy(this.manifest.signature.classes, this.manifest.decision);
    this.layout = contents.layout;
    this.inputs = new InputCounts(this.manifest.signature.features.map(({ name }) => name));
    this.encoder = new RowEncoder(this.manifest.signature, this.layout, this.inputs.filled);
    this.model = contents.model;
    this.tabulated = this.layout === 'index';
    this.placement = this.model.placement;
    const { maxRows, queueRows } = contents;
    const { parallelism } = this.model;
    const onExecution = (rows: number, milliseconds: number) => {
      this.statistics.executed(rows, milliseconds);
    };
    // Worker threads take the memory of their rows away.
    const arenaSize = this.placement === 'inline' ? Math.min(maxRows * this.encoder.width, LARGEST_ARENA) : undefined;
    const options = { maxRows, parallelism, queueRows, arenaSize, onExecution };
    this.batcher = new MicroBatcher((batch) => this.model.run(batch), options);
  }

  get load(): Load {
    return this.batcher.load;
  }

  assertRoom(): void {
    this.batcher.assertRoom();
  }

  /** The scanner for bodies whose rows are in the field `envelope`. */
  scanner(envelope: string): RowScanner {
    let scanner = this.scanners.get(envelope);
    if (scanner === undefined) {
      scanner = new RowScanner(this.manifest.signature, envelope, this.layout, this.inputs.filled);
      this.scanners.set(envelope, scanner);
    }
    return scanner;
  }

  /** Where the rows of a request may be written that is run in the same turn. */
  get arena(): RowArena | undefined {
    return this.batcher.arena;
  }

  /** Probabilities of each row: shape [rows, classes]. Rejects rather than answer with a number that is none. */
  async run(batch: RowBatch, cancellation?: Cancellation): Promise<Execution> {
    try {
      const execution = await this.batcher.submit(batch, cancellation);
      if (!allFinite(execution.answers)) {
        throw new TensornestError('non-finite-output', 'The model answered with a number that is not finite.');
      }
      this.succeeded();
      return execution;
    } catch (cause) {
      throw this.failed(cause);
    }
  }

  protected prove(): Promise<void> {
    return checkGolden(this.model, this.encoder, this.golden);
  }

  protected close(): void {
    this.model.close();
  }
}

function allFinite(numbers: Float32Array): boolean {
  for (const number of numbers) if (!Number.isFinite(number)) return false;
  return true;
}
