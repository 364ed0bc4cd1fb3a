import { setTimeout } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import type { ModelArtifacts, OpenModel, OpenTensorModel, TensorMemory } from '../../core/ports/inference-backend.js';
import type { RowBatch } from '../../core/row-batch.js';
import { movable, type Open, type Opened } from './messages.js';
import { type SeatOptions, WorkerSeat } from './worker-seat.js';
import { workerStopped } from './worker-thread.js';

const ANSWER_WITHIN_MS = 1_000;

/** Worker threads beside the realm that serves HTTP. Each holds every model, and a batch goes to the least busy one. */
export class WorkerPool {
  private readonly seats: readonly WorkerSeat[];
  private readonly models = new Map<number, Open>();
  private nextModel = 0;

  constructor(options: SeatOptions, workers: number) {
    this.seats = Array.from({ length: workers }, () => new WorkerSeat(options, this.models));
  }

  /** The threads that are running now; for diagnostics. */
  get threads(): readonly Worker[] {
    return this.seats.flatMap(({ worker }) => worker ?? []);
  }

  /** Tensors alive in each worker; for diagnostics. */
  tensorCounts(): Promise<number[]> {
    return Promise.all(this.seats.map(async (seat) => (await seat.tensors()).tensors));
  }

  /** The same with their bytes, of the workers that answer within a second: one that computes answers when it has done. */
  async tensorMemory(): Promise<TensorMemory[]> {
    const late = setTimeout(ANSWER_WITHIN_MS, undefined, { ref: false });
    const counts = this.seats.map((seat) => Promise.race([late, seat.tensors()]).catch(() => undefined));
    const answers = await Promise.all(counts);
    return answers.flatMap((counted, index) =>
      counted === undefined ? [] : [{ worker: String(index + 1), tensors: counted.tensors, bytes: counted.bytes }],
    );
  }

  /** Opens the model in every worker, or in none. */
  async open(artifacts: ModelArtifacts): Promise<OpenModel> {
    const { model, opened } = await this.openEverywhere(artifacts, false);
    return {
      ...this.frame(model),
      inputWidth: opened.inputWidth,
      outputWidth: opened.outputWidth,
      run: (batch) => this.run(model, batch),
    };
  }

  /** The same for a model of named tensors. */
  async openTensors(artifacts: ModelArtifacts): Promise<OpenTensorModel> {
    const { model } = await this.openEverywhere(artifacts, true);
    return {
      ...this.frame(model),
      run: async (called, inputs, outputs) => {
        const seat = this.leastBusy(model) ?? (await this.next(model));
        return seat.runTensors({ type: 'runTensors', model, called, inputs, outputs });
      },
    };
  }

  /** Ends every thread; what is under way fails. */
  async close(): Promise<void> {
    await Promise.all(this.seats.map((seat) => seat.close()));
  }

  private async openEverywhere(
    { format, modelJson, weights }: ModelArtifacts,
    tensors: boolean,
  ): Promise<{ model: number; opened: Opened }> {
    const model = this.nextModel++;
    const request: Open = { type: 'open', model, format, modelJson, weights: shared(weights), tensors };
    this.models.set(model, request);
    try {
      const [opened] = await Promise.all(this.seats.map((seat) => seat.open(request)));
      return { model, opened: opened! };
    } catch (error) {
      this.closeModel(model);
      throw error;
    }
  }

  private frame(model: number) {
    const close = () => {
      this.closeModel(model);
    };
    return { parallelism: this.seats.length, placement: 'worker', close } as const;
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
