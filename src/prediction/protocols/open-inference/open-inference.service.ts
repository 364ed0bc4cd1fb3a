import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../../core/app-config.js';
import { TensornestError } from '../../../core/errors.js';
import { MANAGED_MODELS, type ManagedModels, type RepositoryEntry } from '../../../core/ports/managed-models.js';
import { READINESS, type Readiness } from '../../../core/ports/readiness.js';
import { ModelRegistry } from '../../../model/model-registry.js';
import type { Slot } from '../../../model/slot.js';
import { type Inference } from '../../inference.js';
import { type Caller, PredictionService } from '../../prediction.service.js';
import { versionFor } from '../version-for.js';
import { type AnsweredOutput, answeredOutputs } from './infer-answer.js';
import type { InferSource } from './infer-source.js';
import { type ModelConfig, modelConfig } from './model-config.js';
import { type ModelMetadata, modelMetadata } from './metadata.js';
import { type ModelStatistics, modelStatistics } from './model-statistics.js';

/** A model as a request names it; the newest version answers where the version is absent or empty. */
export interface ModelRef {
  readonly model: string;
  readonly version?: string | undefined;
}

export interface ServerMetadata {
  readonly name: string;
  readonly version: string;
  readonly extensions: readonly string[];
}

const MICROSECONDS = 1_000;

/** What the Open Inference Protocol can be asked, for REST and gRPC alike. */
@Injectable()
export class OpenInferenceService {
  constructor(
    private readonly registry: ModelRegistry,
    private readonly predictions: PredictionService,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    @Inject(READINESS) private readonly readiness: Readiness,
    @Inject(MANAGED_MODELS) private readonly repository: ManagedModels | null,
  ) {}

  async ready(): Promise<boolean> {
    return (await this.readiness.fault()) === undefined;
  }

  server(version: string): ServerMetadata {
    const { extensions } = this.config.openInference;
    const repository = this.repository === null ? [] : ['model_repository', 'model_repository_extension'];
    return { name: this.config.serverName, version, extensions: [...extensions, ...repository] };
  }

  models(): string[] {
    return this.registry.names();
  }

  metadata(ref: ModelRef): ModelMetadata {
    const slot = this.slot(ref);
    return modelMetadata(slot, this.readyVersions(ref.model));
  }

  modelConfig(ref: ModelRef): ModelConfig {
    return modelConfig(this.slot(ref));
  }

  /** Whether the model can be asked. Rejects with `unknown-model` or `unknown-version`. */
  async modelReady({ model, version }: ModelRef): Promise<boolean> {
    const exact = version ? versionFor(this.registry, model, version) : this.registry.defaultVersion(model);
    if (exact === undefined) return false;
    const status = this.registry.status(model, exact);
    return status.state === 'ready' && (await status.slot.fault()) === undefined;
  }

  /** Of every loaded version, or of those that the request names. */
  statistics({ model, version }: Partial<ModelRef>): ModelStatistics[] {
    if (model === undefined || model === '') return this.registry.slots().map(modelStatistics);
    if (version) return [modelStatistics(this.slot({ model, version }))];
    const slots = this.registry
      .versions(model)
      .flatMap(([, status]) => (status.state === 'ready' ? [status.slot] : []));
    return slots.map(modelStatistics);
  }

  /**
   * Asks the model, and has what was asked for written. The request's own `timeout`, in microseconds, ends the wait.
   */
  async infer<A>(
    { model, version }: ModelRef,
    source: InferSource,
    caller: Caller,
    write: (inference: Inference, outputs: readonly AnsweredOutput[]) => A,
  ): Promise<A> {
    const exact = version ? versionFor(this.registry, model, version) : undefined;
    if (source.timeout !== undefined) caller.cancellation.within(source.timeout / MICROSECONDS);
    return this.predictions.infer({ ...caller, model, version: exact, source }, (inference) =>
      write(inference, answeredOutputs(inference, source.read)),
    );
  }

  repositoryIndex(readyOnly: boolean): readonly RepositoryEntry[] {
    const entries = this.managed().index();
    return readyOnly ? entries.filter(({ state }) => state === 'READY') : entries;
  }

  async load(model: string): Promise<void> {
    await this.managed().load(model);
  }

  async unload(model: string): Promise<void> {
    await this.managed().unload(model);
  }

  private managed(): ManagedModels {
    if (this.repository !== null) return this.repository;
    throw new TensornestError('unsupported', 'The model repository cannot be managed: the admin API is off.');
  }

  private slot({ model, version }: ModelRef): Slot {
    return this.registry.slot(model, version ? versionFor(this.registry, model, version) : undefined);
  }

  private readyVersions(model: string): string[] {
    return this.registry
      .versions(model)
      .filter(([, { state }]) => state === 'ready')
      .map(([version]) => version);
  }
}
