import { reasonOf, TensornestError } from '../core/errors.js';
import type { BackendName, OpenModel, Placement } from '../core/ports/inference-backend.js';
import type { RowBatch } from '../core/row-batch.js';
import { type Layout, RowEncoder } from '../encoding/row-encoder.js';
import { RowScanner } from '../encoding/row-scanner.js';
import { checkGolden } from './golden-check.js';
import { type Execution, MicroBatcher } from './micro-batcher.js';
import type { GoldenRecords, Manifest } from './package/manifest.js';

export interface SlotContents {
  readonly manifest: Manifest;
  readonly digest: string;
  readonly backend: BackendName;
  readonly golden: GoldenRecords;
  /** What the model takes: encoded columns, or the place of the row among all inputs. */
  readonly layout: Layout;
  readonly model: OpenModel;
  /** Most rows of one execution. */
  readonly maxRows: number;
}

/** One loaded version. It is closed when it was retired and its last lease has come back. */
export class ModelSlot {
  readonly manifest: Manifest;
  readonly digest: string;
  readonly backend: BackendName;
  readonly encoder: RowEncoder;
  /** Its answers were worked out in advance. */
  readonly tabulated: boolean;
  readonly placement: Placement;
  private readonly golden: GoldenRecords;
  private readonly model: OpenModel;
  private readonly batcher: MicroBatcher;
  private readonly layout: Layout;
  private readonly scanners = new Map<string, RowScanner>();
  private leases = 0;
  private readonly closing = Promise.withResolvers<undefined>();
  private retired = false;
  /** Why the last execution failed; undefined when it did not. */
  private lastFailure: string | undefined;

  constructor(contents: SlotContents) {
    this.manifest = contents.manifest;
    this.digest = contents.digest;
    this.backend = contents.backend;
    this.golden = contents.golden;
    this.layout = contents.layout;
    this.encoder = new RowEncoder(this.manifest.signature, this.layout);
    this.model = contents.model;
    this.tabulated = this.layout === 'index';
    this.placement = this.model.placement;
    const { maxRows } = contents;
    const { parallelism } = this.model;
    this.batcher = new MicroBatcher((batch) => this.model.run(batch), { maxRows, parallelism });
  }

  /** The scanner for bodies whose rows are in the field `envelope`. */
  scanner(envelope: string): RowScanner {
    let scanner = this.scanners.get(envelope);
    if (scanner === undefined) {
      scanner = new RowScanner(this.manifest.signature, envelope, this.layout);
      this.scanners.set(envelope, scanner);
    }
    return scanner;
  }

  /** Probabilities of each row: shape [rows, classes]. Rejects rather than answer with a number that is none. */
  async run(batch: RowBatch, signal?: AbortSignal): Promise<Execution> {
    try {
      const execution = await this.batcher.submit(batch, signal);
      if (!allFinite(execution.answers)) {
        throw new TensornestError('non-finite-output', 'The model answered with a number that is not finite.');
      }
      this.lastFailure = undefined;
      return execution;
    } catch (cause) {
      if (signal?.aborted) throw cause;
      this.lastFailure = reasonOf(cause);
      if (cause instanceof TensornestError) throw cause;
      throw new TensornestError('inference-failed', 'The model failed to run.', { cause });
    }
  }

  /** Why this version cannot be trusted now, or undefined. After a failed execution it must pass its golden check. */
  async fault(): Promise<string | undefined> {
    if (this.lastFailure === undefined) return undefined;
    try {
      await checkGolden(this.model, this.encoder, this.golden);
      this.lastFailure = undefined;
    } catch (error) {
      this.lastFailure = reasonOf(error);
    }
    return this.lastFailure;
  }

  /** Holds the slot open until the returned function is called, once. */
  acquire(): () => void {
    this.leases += 1;
    let returned = false;
    return () => {
      if (returned) return;
      returned = true;
      this.leases -= 1;
      this.closeWhenIdle();
    };
  }

  /** No new leases will come: closes as soon as the last one is back, and resolves then. */
  retire(): Promise<undefined> {
    this.retired = true;
    this.closeWhenIdle();
    return this.closing.promise;
  }

  private closeWhenIdle(): void {
    if (!this.retired || this.leases > 0) return;
    this.model.close();
    this.closing.resolve(undefined);
  }
}

function allFinite(numbers: Float32Array): boolean {
  for (const number of numbers) if (!Number.isFinite(number)) return false;
  return true;
}
