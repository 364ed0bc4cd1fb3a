import { reasonOf, TensornestError } from '../core/errors.js';
import type { BackendName, Placement } from '../core/ports/inference-backend.js';
import type { PackageManifest } from './package/package-manifest.js';
import { SlotStatistics } from './slot-statistics.js';

/** What every loaded version is told of itself. */
export interface SlotIdentity<M extends PackageManifest = PackageManifest> {
  readonly manifest: M;
  readonly digest: string;
  readonly backend: BackendName;
}

/** One loaded version. It is closed when it was retired and its last lease has come back. */
export abstract class Slot<M extends PackageManifest = PackageManifest> {
  readonly manifest: M;
  readonly digest: string;
  readonly backend: BackendName;
  abstract readonly placement: Placement;
  /** Its answers were worked out in advance. */
  abstract readonly tabulated: boolean;
  /** What it has done so far. */
  readonly statistics = new SlotStatistics();
  private leases = 0;
  private readonly closing = Promise.withResolvers<undefined>();
  private retired = false;
  /** Why the last execution failed; undefined when it did not. */
  private lastFailure: string | undefined;

  constructor({ manifest, digest, backend }: SlotIdentity<M>) {
    this.manifest = manifest;
    this.digest = digest;
    this.backend = backend;
  }

  /** Why this version cannot be trusted now, or undefined. After a failed execution it must pass its golden check. */
  async fault(): Promise<string | undefined> {
    if (this.lastFailure === undefined) return undefined;
    try {
      await this.prove();
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

  /** Rejects unless the golden records come out again. */
  protected abstract prove(): Promise<void>;
  protected abstract close(): void;

  protected succeeded(): void {
    this.lastFailure = undefined;
  }

  /** Remembers the failure, and gives it as one of our errors. */
  protected failed(cause: unknown): TensornestError {
    this.lastFailure = reasonOf(cause);
    if (cause instanceof TensornestError) return cause;
    return new TensornestError('inference-failed', 'The model failed to run.', { cause });
  }

  private closeWhenIdle(): void {
    if (!this.retired || this.leases > 0) return;
    this.close();
    this.closing.resolve(undefined);
  }
}
