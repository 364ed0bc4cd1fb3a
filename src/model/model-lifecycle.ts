import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../core/app-config.js';
import { reasonOf, TensornestError } from '../core/errors.js';
import { BACKEND_SOURCE, type BackendSource, type InferenceBackend } from '../core/ports/inference-backend.js';
import { MODEL_STORE, type ModelStore, type PackageRef } from '../core/ports/model-store.js';
import { ModelRegistry } from './model-registry.js';
import type { ModelSlot } from './model-slot.js';
import { type OpenOptions, openSlot } from './open-slot.js';
import { type ModelPackage, readPackage } from './package/reader.js';

/** Brings versions into service and takes them out again. */
@Injectable()
export class ModelLifecycle implements OnApplicationShutdown {
  private readonly logger = new Logger('Models');
  private readonly options: OpenOptions;
  private backend: InferenceBackend | undefined;

  constructor(
    @Inject(MODEL_STORE) private readonly store: ModelStore,
    @Inject(BACKEND_SOURCE) private readonly backends: BackendSource,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly registry: ModelRegistry,
  ) {
    const { placement, tabulateInputs } = config.execution;
    this.options = { placement, tabulateInputs, batchRows: config.limits.batchRows };
  }

  /** Activates every package of the store. One that is refused does not keep the others from serving. */
  async start(): Promise<void> {
    const refs = await this.store.list();
    for (const ref of refs) this.registry.set(ref, { state: 'loading' });
    for (const ref of refs) await this.activate(ref);
    this.registry.markStarted(this.config.models.required ?? [...new Set(refs.map(({ name }) => name))]);
    if (refs.length === 0) this.logger.warn('MODELS_DIR holds no model package: the service will not become ready.');
  }

  /** The one path into service: verify, open, warm, reproduce the golden records, swap. */
  async activate(ref: PackageRef): Promise<void> {
    const started = performance.now();
    try {
      const found = await this.read(ref);
      const backend = await this.backends.select((candidate) => this.trial(candidate));
      this.backend = backend;
      const slot = await openSlot(found, backend, this.options);
      this.registry.set(ref, { state: 'ready', slot });
      const milliseconds = Math.round(performance.now() - started);
      this.logger.log(
        `${ref.name} ${ref.version} is ready on ${backend.name} (${describe(slot)}) after ${milliseconds} ms.`,
      );
    } catch (error) {
      const refusal = toRefusal(error);
      this.registry.set(ref, { state: 'failed', error: refusal });
      this.logger.error(`${ref.name} ${ref.version} was refused (${refusal.code}): ${refusal.message}`);
    }
  }

  // NOTE: not onModuleDestroy, which Nest runs while the HTTP server still answers.
  async onApplicationShutdown(): Promise<void> {
    this.registry.clear();
    await this.backend?.close();
  }

  private read(ref: PackageRef): Promise<ModelPackage> {
    return readPackage(this.store.locate(ref), ref);
  }

  /** Whether `backend` reproduces the golden records of every sound package; if not, why. */
  private async trial(backend: InferenceBackend): Promise<string | undefined> {
    for (const ref of await this.store.list()) {
      const found = await this.read(ref).catch(() => undefined);
      if (found === undefined) continue;
      try {
        (await openSlot(found, backend, this.options)).retire();
      } catch (error) {
        return `${ref.name} ${ref.version}: ${reasonOf(error)}`;
      }
    }
    return undefined;
  }
}

function describe({ tabulated, placement }: ModelSlot): string {
  return tabulated ? 'answers worked out in advance' : placement;
}

function toRefusal(error: unknown): TensornestError {
  return error instanceof TensornestError ? error : new TensornestError('internal', reasonOf(error), { cause: error });
}
