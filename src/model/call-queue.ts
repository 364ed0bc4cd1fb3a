import type { Cancellable, Cancellation } from '../core/cancellation.js';
import { Admission, type AdmissionLimits, type Load } from './admission.js';

/** What came of a call. */
export interface Called<T> {
  readonly result: T;
  /** Milliseconds until it began. */
  readonly queueMs: number;
  /** Milliseconds that it took. */
  readonly inferMs: number;
}

class Call<T> implements Cancellable {
  private readonly submitted = performance.now();
  private started = 0;
  private settled = false;

  constructor(
    readonly rows: number,
    private readonly work: () => Promise<T>,
    private readonly cancellation: Cancellation | undefined,
    private readonly admission: Admission,
    private readonly resolve: (called: Called<T>) => void,
    private readonly reject: (reason: unknown) => void,
  ) {}

  /** Whether the call is still wanted; a deadline may have passed since somebody looked. */
  isWanted(): boolean {
    this.cancellation?.isOver();
    return !this.settled;
  }

  /** Never rejects: how the work ended is for the caller alone. */
  async execute(): Promise<void> {
    this.started = performance.now();
    this.admission.leave(this.rows);
    this.admission.began(this.rows);
    try {
      const result = await this.work();
      const inferMs = performance.now() - this.started;
      this.admission.ended(this.rows, inferMs);
      this.resolve({ result, queueMs: this.started - this.submitted, inferMs });
    } catch (error) {
      this.admission.ended(this.rows);
      this.reject(error);
    }
    this.settled = true;
  }

  /** Work that has begun goes on, and nobody waits for it. */
  cancelled(reason: Error): void {
    if (this.settled) return;
    this.settled = true;
    if (this.started === 0) this.admission.leave(this.rows);
    this.reject(reason);
  }
}

/** Has calls wait for a free execution, each for one of its own: the micro-batcher of what cannot be joined. */
export class CallQueue {
  private readonly waiting: Call<never>[] = [];
  private readonly admission: Admission;
  private running = 0;

  constructor(private readonly limits: Omit<AdmissionLimits, 'executionRows'>) {
    this.admission = new Admission({ ...limits, executionRows: 1 });
  }

  get load(): Load {
    return this.admission;
  }

  /** Throws `overloaded` when no call would be let in. */
  assertRoom(): void {
    this.admission.assertRoom(1, this.running);
  }

  /**
   * Runs `work`, which counts for `rows`, when it is its turn. Rejects with `overloaded` at once when they do not fit into
   * the queue, and with the reason of `cancellation` when that comes first; `work` is then not begun any more.
   */
  run<T>(rows: number, work: () => Promise<T>, cancellation?: Cancellation): Promise<Called<T>> {
    return new Promise((resolve, reject) => {
      cancellation?.throwIfOver();
      this.admission.enter(rows, this.running);
      const call = new Call(rows, work, cancellation, this.admission, resolve, reject);
      cancellation?.attach(call);
      this.waiting.push(call as unknown as Call<never>);
      this.dispatch();
    });
  }

  private dispatch(): void {
    while (this.running < this.limits.parallelism) {
      const call = this.waiting.shift();
      if (call === undefined) return;
      if (!call.isWanted()) continue;
      this.running += 1;
      void call.execute().finally(() => {
        this.running -= 1;
        this.dispatch();
      });
    }
  }
}
