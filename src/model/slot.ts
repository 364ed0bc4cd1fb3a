import { type ErrorCode, reasonOf, TensornestError } from '../core/errors.js';
import type { BackendName, Placement } from '../core/ports/inference-backend.js';
import type { Load } from './admission.js';
import type { PackageManifest } from './package/package-manifest.js';
import type { SignedState } from './package/signature-file.js';
import { SlotStatistics } from './slot-statistics.js';

/** What every loaded version is told of itself. */
export interface SlotIdentity<M extends PackageManifest = PackageManifest> {
  readonly manifest: M;
  readonly digest: string;
  readonly backend: BackendName;
  /** @default 'no' */
  readonly signed?: SignedState;
}

/** What ends a request without saying anything of the model. */
const NO_FAULT = new Set<ErrorCode>(['overloaded', 'deadline-exceeded', 'client-gone', 'worker-crashed']);
/** A probe waits no longer than this, in milliseconds, for a golden check behind what the model has to do. */
const PROOF_WITHIN_MS = 50;

const LOOK_AGAIN_MS = 10;

/** One loaded version. It is closed when it was retired and its last lease has come back. */
export abstract class Slot<M extends PackageManifest = PackageManifest> {
  readonly manifest: M;
  readonly digest: string;
  readonly backend: BackendName;
  readonly signed: SignedState;
  abstract readonly placement: Placement;
  /** Its answers were worked out in advance. */
  abstract readonly tabulated: boolean;
  /** What it has done so far. */
  readonly statistics = new SlotStatistics();
  private leases = 0;
  private readonly closing = Promise.withResolvers<undefined>();
  private retired = false;
  private closed = false;
  /** Why the last execution failed; undefined when it did not. */
  private lastFailure: string | undefined;
  private proof: Promise<void> | undefined;

  constructor({ manifest, digest, backend, signed = 'no' }: SlotIdentity<M>) {
    this.manifest = manifest;
    this.digest = digest;
    this.backend = backend;
    this.signed = signed;
  }

  /** Why this version cannot be trusted now, or undefined. After a failed execution it must pass its golden check. */
  async fault(): Promise<string | undefined> {
    if (this.lastFailure === undefined) return undefined;
    this.proof ??= this.proveAnew();
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([this.proof, new Promise((resolve) => (timer = setTimeout(resolve, PROOF_WITHIN_MS)))]);
    clearTimeout(timer);
    return this.lastFailure;
  }

  /** How much it has to do at this moment. */
  abstract get load(): Load;

  /** Requests that hold it. */
  get inflight(): number {
    return this.leases;
  }

  /** Resolves once it is closed, and what it has counted stands. */
  get whenClosed(): Promise<undefined> {
    return this.closing.promise;
  }

  /** Throws `overloaded` when nothing more is let in. */
  abstract assertRoom(): void;

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

  /** Remembers the failure, where it is one of the model, and gives it as one of our errors. */
  protected failed(cause: unknown): TensornestError {
    if (cause instanceof TensornestError && NO_FAULT.has(cause.code)) return cause;
    this.lastFailure = reasonOf(cause);
    if (cause instanceof TensornestError) return cause;
    return new TensornestError('inference-failed', 'The model failed to run.', { cause });
  }

  private async proveAnew(): Promise<void> {
    const release = this.acquire();
    try {
      await this.prove();
      this.lastFailure = undefined;
    } catch (error) {
      this.lastFailure = reasonOf(error);
    } finally {
      this.proof = undefined;
      release();
    }
  }

  private closeWhenIdle(): void {
    if (!this.retired || this.leases > 0 || this.closed) return;
    if (this.load.running > 0) {
      // An execution that nobody waits for any more has no lease, and a model must not be closed under it.
      setTimeout(() => {
        this.closeWhenIdle();
      }, LOOK_AGAIN_MS);
      return;
    }
    this.closed = true;
    this.close();
    this.closing.resolve(undefined);
  }
}
