import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { type HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import { isReady, PROCESS_GROUP, type ProcessGroup } from '../core/ports/process-group.js';
import { ModelHealth } from './model.health.js';

/** The others answer for this process too: so long may they take a model for sound that has just failed here. */
const REPORT_EVERY_MS = 1_000;

/** Tells the other processes how this one is, and says how many of the group are ready. */
@Injectable()
export class GroupHealth implements OnApplicationBootstrap, OnModuleDestroy {
  private reporting: NodeJS.Timeout | undefined;

  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly models: ModelHealth,
    @Inject(PROCESS_GROUP) private readonly group: ProcessGroup | null,
  ) {}

  onApplicationBootstrap(): void {
    if (this.group !== null) this.reporting = setInterval(() => void this.report(), REPORT_EVERY_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.reporting);
  }

  async report(): Promise<void> {
    this.group?.report(await this.models.state());
  }

  /** The check of the group; none for a process that is alone. */
  checks(): (() => Promise<HealthIndicatorResult>)[] {
    const { group } = this;
    return group === null ? [] : [() => this.processes(group)];
  }

  /** Up when every process that takes requests is ready. One that is being replaced takes none. */
  private async processes({ view: { of, others } }: ProcessGroup): Promise<HealthIndicatorResult> {
    const check = this.indicators.check('processes');
    const all = [await this.models.state(), ...others];
    const ready = all.filter(isReady).length;
    return ready === all.length ? check.up({ ready, of }) : check.down({ ready, of });
  }
}
