import { Controller, Get, UseFilters } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { HealthCheck, type HealthCheckResult, HealthCheckService, type HealthIndicatorResult } from '@nestjs/terminus';
import { ModelRegistry } from '../model/model-registry.js';
import { AuditHealth } from './audit.health.js';
import { FeedbackHealth } from './feedback.health.js';
import { GroupHealth } from './group.health.js';
import { ModelHealth } from './model.health.js';
import { ProbeFilter } from './probe.filter.js';

/** The Kubernetes probes. Their bodies are Terminus's, also when they fail. */
@ApiTags('probes')
@UseFilters(ProbeFilter)
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly models: ModelHealth,
    private readonly group: GroupHealth,
    private readonly audit: AuditHealth,
    private readonly feedback: FeedbackHealth,
    private readonly registry: ModelRegistry,
  ) {}

  /** The process answers. Needs no model: restarting would not bring one. */
  @Get('live')
  @ApiOperation({ operationId: 'live', summary: 'The process answers' })
  @HealthCheck()
  live(): Promise<HealthCheckResult> {
    return this.health.check([]);
  }

  /** Every required model can be asked now, in every process that takes requests. */
  @Get('ready')
  @ApiOperation({ operationId: 'ready', summary: 'Every required model can be asked' })
  @HealthCheck()
  ready(): Promise<HealthCheckResult> {
    const group = [...this.troubles(), ...this.group.checks()];
    if (!this.models.hasStarted) return this.health.check([() => this.models.started(), ...group]);
    return this.health.check([
      () => this.models.anyModel(),
      ...this.registry.required.map((name) => () => this.models.ready(name)),
      ...group,
    ]);
  }

  /** What is down or impaired whatever the models are. */
  private troubles(): (() => HealthIndicatorResult)[] {
    return [
      ...this.models.draining(),
      ...this.models.workerThreads(),
      ...this.audit.checks(),
      ...this.feedback.checks(),
    ].map((trouble) => () => trouble);
  }

  /** The first load of the models has come to its end, in every process. */
  @Get('startup')
  @ApiOperation({ operationId: 'startup', summary: 'The first load of the models has ended' })
  @HealthCheck()
  startup(): Promise<HealthCheckResult> {
    return this.health.check([() => this.models.started()]);
  }
}
