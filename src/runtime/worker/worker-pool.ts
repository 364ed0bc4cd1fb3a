import type { Worker } from 'node:worker_threads';
import type { BackendName, ModelArtifacts, OpenModel } from '../../core/ports/inference-backend.js';
import type { RowBatch } from '../../core/row-batch.js';
import { movable, type Open } from './messages.js';
import { WorkerSeat } from './worker-seat.js';
import { workerStopped } from './worker-thread.js';

/** Worker threads beside the realm that serves HTTP. Each holds every model, and a batch goes to the least busy one. */
export class WorkerPool {
  private readonly seats: readonly WorkerSeat[];
  private readonly models = new Map<number, Open>();
  private nextModel = 0;

  constructor(backend: BackendName, workers: number) {
    this.seats = Array.from({ length: workers }, () => new WorkerSeat(backend, this.models));
  }

  /** The threads that are running now; for diagnostics. */
  get threads(): readonly Worker[] {
    return this.seats.flatMap(({ worker }) => worker ?? []);
  }

  /** Tensors alive in each worker; for diagnostics. */
  tensorCounts(): Promise<number[]> {
    return Promise.all(this.seats.map((seat) => seat.tensorCount()));
  }

  /** Opens the model in every worker, or in none. */
  async open({ format, modelJson, weights }: ModelArtifacts): Promise<OpenModel> {
    const model = this.nextModel++;
    const request: Open = { type: 'open', model, format, modelJson, weights: shared(weights) };
    this.models.set(model, request);
    try {
      const [first] = await Promise.all(this.seats.map((seat) => seat.open(request)));
      return {
        inputWidth: first!.inputWidth,
        outputWidth: first!.outputWidth,
        parallelism: this.seats.length,
        placement: 'worker',
        run: (batch) => this.run(model, batch),
        close: () => {
          this.closeModel(model);
        },
      };
    } catch (error) {
      this.closeModel(model);
      throw error;
    }
  }

  /** Ends every thread; what is under way fails. */
  async close(): Promise<void> {
    await Promise.all(this.seats.map((seat) => seat.close()));
  }

  private async run(model: number, { data, rows, width }: RowBatch): Promise<Float32Array> {
    const seat = this.leastBusy(model) ?? (await this.next(model));
    return seat.run({ type: 'run', model, data: movable(data), rows, width });
  }

  private leastBusy(model: number): WorkerSeat | undefined {
    let least: WorkerSeat | undefined;
    for (const seat of this.seats) {
      if (seat.holds(model) && (least === undefined || seat.load < least.load)) least = seat;
    }
    return least;
  }

  /** No worker has the model: waits for the first that is replaced, and no longer than until all have failed to open it. */
  private async next(model: number): Promise<WorkerSeat> {
    try {
      await Promise.any(this.seats.map((seat) => seat.opened(model)));
    } catch (failures) {
      throw (failures as AggregateError).errors[0] as Error;
    }
    const seat = this.leastBusy(model);
    if (seat === undefined) throw workerStopped();
    return seat;
  }

  private closeModel(model: number): void {
    this.models.delete(model);
    for (const seat of this.seats) seat.closeModel(model);
  }
}

function shared(weights: ArrayBuffer): SharedArrayBuffer {
  const copy = new SharedArrayBuffer(weights.byteLength);
  new Uint8Array(copy).set(new Uint8Array(weights));
  return copy;
}
