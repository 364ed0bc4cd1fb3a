import { Controller, Get, UseFilters } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { HealthCheck, type HealthCheckResult, HealthCheckService } from '@nestjs/terminus';
import { ModelRegistry } from '../model/model-registry.js';
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
    private readonly registry: ModelRegistry,
  ) {}

  /** The process answers. Needs no model: restarting would not bring one. */
  @Get('live')
  @HealthCheck()
  live(): Promise<HealthCheckResult> {
    return this.health.check([]);
  }

  /** Every required model can be asked now. */
  @Get('ready')
  @HealthCheck()
  ready(): Promise<HealthCheckResult> {
    if (!this.registry.started) return this.startup();
    return this.health.check([
      () => this.models.anyModel(),
      ...this.registry.required.map((name) => () => this.models.ready(name)),
    ]);
  }

  /** The first load of the models has come to its end. */
  @Get('startup')
  @HealthCheck()
  startup(): Promise<HealthCheckResult> {
    return this.health.check([() => this.models.started()]);
  }
}
