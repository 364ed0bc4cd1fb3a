import { Inject, Injectable, Logger } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../core/app-config.js';
import { reasonOf, TensornestError } from '../core/errors.js';
import type {
  BackendName,
  BackendSource,
  BackendTrial,
  InferenceBackend,
  TensorMemory,
} from '../core/ports/inference-backend.js';
import { METRICS, type Metrics } from '../core/ports/metrics.js';
import { WorkerRestarts } from './worker-restarts.js';
import { AUTO_ORDER, BACKENDS, type StartBackend } from './backends/index.js';

export const BACKEND_TABLE = Symbol('BACKEND_TABLE');
export type BackendTable = Readonly<Record<BackendName, StartBackend>>;

/** Chooses this process's backend as `BACKEND` says. */
@Injectable()
export class ConfiguredBackend implements BackendSource {
  private readonly logger = new Logger('Runtime');
  private chosen: Promise<InferenceBackend> | undefined;

  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly restarts: WorkerRestarts,
    @Inject(METRICS) metrics: Metrics,
    @Inject(BACKEND_TABLE) private readonly table: BackendTable = BACKENDS,
  ) {
    const tensors = (name: string, help: string, of: (memory: TensorMemory) => number) => ({
      type: 'gauge' as const,
      name,
      help,
      labels: ['worker'],
      read: async () => (await this.memory()).map((memory) => ({ labels: [memory.worker], value: of(memory) })),
    });
    metrics.add(
      tensors('tensornest_tensors', 'Tensors that are alive, by thread.', (memory) => memory.tensors),
      tensors('tensornest_tensor_bytes', 'Bytes of these tensors, by thread.', (memory) => memory.bytes),
    );
  }

  select(trial: BackendTrial): Promise<InferenceBackend> {
    this.chosen ??= this.choose(trial);
    return this.chosen;
  }

  /** None before there is a backend, and none of one that did not start. */
  private async memory(): Promise<readonly TensorMemory[]> {
    const backend = await this.chosen?.catch(() => undefined);
    return (await backend?.tensorMemory()) ?? [];
  }

  private async choose(trial: BackendTrial): Promise<InferenceBackend> {
    const { backend } = this.config;
    if (backend !== 'auto') {
      this.logger.log(`Backend ${backend}: set by BACKEND.`);
      return this.start(backend);
    }
    for (const name of AUTO_ORDER.slice(0, -1)) {
      const outcome = await this.attempt(name, trial);
      if (typeof outcome !== 'string') return outcome;
      this.logger.log(`Backend ${name} is passed over: ${outcome}`);
    }
    const fallback = AUTO_ORDER.at(-1)!;
    this.logger.log(`Backend ${fallback}: the embedded default.`);
    return this.start(fallback);
  }

  private start(name: BackendName): Promise<InferenceBackend> {
    const { execution, load } = this.config;
    return this.table[name]({
      workers: execution.workers,
      heapMb: load.workerHeapMb,
      onRestart: (reason) => {
        this.restarts.count(reason);
      },
    });
  }

  /** The backend, or why it will not do. */
  private async attempt(name: BackendName, trial: BackendTrial): Promise<InferenceBackend | string> {
    try {
      const backend = await this.start(name);
      const fault = await trial(backend);
      if (fault !== undefined) {
        await backend.close();
        return fault;
      }
      this.logger.log(`Backend ${name}: installed, and it reproduces the golden records of every model.`);
      return backend;
    } catch (error) {
      if (!(error instanceof TensornestError)) throw error;
      return reasonOf(error);
    }
  }
}
