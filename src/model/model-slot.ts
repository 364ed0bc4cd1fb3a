import { reasonOf, TensornestError } from '../core/errors.js';
import type { BackendName, OpenModel } from '../core/ports/inference-backend.js';
import type { RowBatch } from '../core/row-batch.js';
import type { RowEncoder } from '../encoding/row-encoder.js';
import { checkGolden } from './golden-check.js';
import type { GoldenRecords, Manifest } from './package/manifest.js';

export interface SlotContents {
  readonly manifest: Manifest;
  readonly digest: string;
  readonly backend: BackendName;
  readonly golden: GoldenRecords;
  readonly encoder: RowEncoder;
  readonly model: OpenModel;
}

/** One loaded version. It is closed when it was retired and its last lease has come back. */
export class ModelSlot {
  readonly manifest: Manifest;
  readonly digest: string;
  readonly backend: BackendName;
  readonly encoder: RowEncoder;
  private readonly golden: GoldenRecords;
  private readonly model: OpenModel;
  private leases = 0;
  private retired = false;
  /** Why the last execution failed; undefined when it did not. */
  private lastFailure: string | undefined;

  constructor(contents: SlotContents) {
    this.manifest = contents.manifest;
    this.digest = contents.digest;
    this.backend = contents.backend;
    this.golden = contents.golden;
    this.encoder = contents.encoder;
    this.model = contents.model;
  }

  /** Probabilities of each row: shape [rows, classes]. Rejects rather than answer with a number that is none. */
  async run(batch: RowBatch): Promise<Float32Array> {
    try {
      const answers = await this.model.run(batch);
      if (!answers.every(Number.isFinite)) {
        throw new TensornestError('non-finite-output', 'The model answered with a number that is not finite.');
      }
      this.lastFailure = undefined;
      return answers;
    } catch (cause) {
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

  /** No new leases will come: close as soon as the last one is back. */
  retire(): void {
    this.retired = true;
    this.closeWhenIdle();
  }

  private closeWhenIdle(): void {
    if (this.retired && this.leases === 0) this.model.close();
  }
}
