import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../core/app-config.js';
import type { RoutableRequest, Route, TrafficRouter } from '../core/ports/traffic-router.js';
import { isRunning, type Rollout } from '../core/rollout.js';
import { ModelRegistry } from '../model/model-registry.js';
import { ModelRepository } from '../model/model-repository.js';
import type { Slot } from '../model/slot.js';
import { TabularSlot } from '../model/tabular-slot.js';
import { RolloutRun } from './rollout-run.js';
import type { RolloutStatistics } from './rollout-statistics.js';

/** Requests whose comparison may wait, and how many of the largest requests their rows may amount to. */
const WAITING = { requests: 1_000, largestRequests: 2 };

/** Lets requests take part in the rollouts that are running, and keeps what they have shown in this process. */
@Injectable()
export class RolloutTraffic implements TrafficRouter, OnModuleDestroy {
  private readonly runs = new Map<string, RolloutRun>();

  constructor(
    private readonly repository: ModelRepository,
    private readonly registry: ModelRegistry,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  onModuleDestroy(): void {
    for (const run of this.runs.values()) run.stop();
  }

  route(model: string, request: RoutableRequest): Route | undefined {
    const rollout = this.repository.rollout(model);
    if (rollout === undefined || !isRunning(rollout)) return undefined;
    return this.run(model, rollout)?.route(request);
  }

  /** What this process has seen of the rollout; null when that is nothing. */
  statistics(model: string, id: string): RolloutStatistics | null {
    const run = this.runs.get(model);
    return run?.id === id ? run.statistics : null;
  }

  /** The models whose rollouts have seen something since the last time that this was asked. */
  takeNews(): string[] {
    return [...this.runs].filter(([, run]) => run.takeNews()).map(([model]) => model);
  }

  /** Statistics are kept until the next rollout of the model. */
  private run(model: string, rollout: Rollout): RolloutRun | undefined {
    const known = this.runs.get(model);
    if (known?.id === rollout.id) return known;
    const current = tabularOnly(this.registry.loaded(model, rollout.current));
    if (current === undefined) return undefined;
    known?.stop();
    const labels = current.manifest.signature.classes.map(({ label }) => label);
    const around = {
      rollout: () => this.repository.rollout(model),
      slot: (version: string) => tabularOnly(this.registry.loaded(model, version)),
    };
    const rows = WAITING.largestRequests * this.config.limits.requestRows;
    const run = new RolloutRun(model, rollout, labels, around, { rows, requests: WAITING.requests });
    this.runs.set(model, run);
    return run;
  }
}

/** A package may have been replaced by one of another kind while the service was down. */
function tabularOnly(slot: Slot | undefined): TabularSlot | undefined {
  return slot instanceof TabularSlot ? slot : undefined;
}
