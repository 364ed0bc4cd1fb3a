import { Inject, Injectable } from '@nestjs/common';
import { type HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import { DRAIN, type Drain } from '../core/ports/drain.js';
import { PROCESS_GROUP, type ProcessGroup, type ProcessState } from '../core/ports/process-group.js';
import { WORKER_FAULTS, type WorkerFaults } from '../core/ports/worker-faults.js';
import type { Readiness } from '../core/ports/readiness.js';
import { ModelRegistry } from '../model/model-registry.js';

const NO_MODEL = 'There is no model to serve.';
const DRAINING = 'The service is shutting down.';
const LOADING = 'The models are being loaded.';

/** Says of the models whether they can be asked, in this process and in the others of its group. */
@Injectable()
export class ModelHealth implements Readiness {
  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly registry: ModelRegistry,
    @Inject(PROCESS_GROUP) private readonly group: ProcessGroup | null,
    @Inject(WORKER_FAULTS) private readonly workers: WorkerFaults,
    @Inject(DRAIN) private readonly drain: Drain,
  ) {}

  /** The first load has come to its end, in every process. */
  get hasStarted(): boolean {
    return this.registry.started && (this.group?.view.started ?? true);
  }

  /** Up once the first load has come to its end; whether it went well is for readiness to say. */
  started(): HealthIndicatorResult {
    const check = this.indicators.check('models');
    return this.hasStarted ? check.up() : check.down(LOADING);
  }

  /** Up when the model can be asked and its last execution, or else its golden check, was good. */
  async ready(name: string): Promise<HealthIndicatorResult> {
    const check = this.indicators.check(name);
    const fault = (await this.faultOf(name)) ?? this.faultElsewhere(name);
    if (fault !== undefined) return check.down(fault);
    return check.up({ version: this.registry.defaultVersion(name), ...this.refusals(name) });
  }

  /** An empty service is not ready: somebody forgot its models. */
  anyModel(): HealthIndicatorResult {
    const check = this.indicators.check('models');
    const { length } = this.registry.required;
    return length > 0 ? check.up({ required: length }) : check.down(NO_MODEL);
  }

  /** Down while the service serves on only until everyone has gone elsewhere; nothing is said before. */
  draining(): HealthIndicatorResult[] {
    return this.drain.draining ? [this.indicators.check('service').down(DRAINING)] : [];
  }

  /** Down while worker threads die one after the other; nothing is said otherwise. */
  workerThreads(): HealthIndicatorResult[] {
    const fault = this.workers.fault();
    return fault === undefined ? [] : [this.indicators.check('workers').down(fault)];
  }

  /** How this process is, whatever the others say. */
  async state(): Promise<ProcessState> {
    const { started, required } = this.registry;
    const faults: Record<string, string> = started && required.length === 0 ? { models: NO_MODEL } : {};
    const workers = this.workers.fault();
    if (workers !== undefined) faults.workers = workers;
    for (const name of required) {
      const fault = await this.faultOf(name);
      if (fault !== undefined) faults[name] = fault;
    }
    return { started, faults };
  }

  async fault(): Promise<string | undefined> {
    if (this.drain.draining) return DRAINING;
    if (!this.hasStarted) return LOADING;
    const all = [await this.state(), ...(this.group?.view.others ?? [])];
    for (const { started, faults } of all) {
      const [fault] = Object.values(faults);
      if (!started || fault !== undefined) return fault ?? LOADING;
    }
    return undefined;
  }

  /** Versions that were refused while another one serves. */
  private refusals(name: string): { refused?: Readonly<Record<string, string>> } {
    const refused = this.registry.versions(name).flatMap(([version, status]) => {
      if (status.state === 'failed') return [[version, status.error.message]];
      return status.state === 'ready' && status.refused !== undefined ? [[version, status.refused.message]] : [];
    });
    return refused.length === 0 ? {} : { refused: Object.fromEntries(refused) as Record<string, string> };
  }

  private faultElsewhere(name: string): string | undefined {
    return this.group?.view.others.map(({ faults }) => faults[name]).find((fault) => fault !== undefined);
  }

  private async faultOf(name: string): Promise<string | undefined> {
    if (!this.registry.names().includes(name)) {
      const missing = this.registry.missing().find((model) => model.name === name);
      return missing?.error.message ?? 'There is no package of this model.';
    }
    if (this.registry.defaultVersion(name) !== undefined) return this.registry.slot(name).fault();
    const versions = this.registry.versions(name);
    for (const [version, status] of versions) {
      if (status.state === 'failed') return `${version} was refused: ${status.error.message}`;
    }
    return versions.some(([, { state }]) => state === 'loading') ? 'The model is loading.' : 'No version is loaded.';
  }
}
