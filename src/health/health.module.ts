import { Global, Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { READINESS } from '../core/ports/readiness.js';
import { ModelModule } from '../model/model.module.js';
import { DRAIN } from '../core/ports/drain.js';
import { DrainState } from './drain-state.js';
import { AuditHealth } from './audit.health.js';
import { FeedbackHealth } from './feedback.health.js';
import { GroupHealth } from './group.health.js';
import { HealthController } from './health.controller.js';
import { ModelHealth } from './model.health.js';
import { StatusController } from './status.controller.js';

@Global()
@Module({
  // Terminus would log every failed probe on its own; the request log already says so.
  imports: [TerminusModule.forRoot({ logger: false }), ModelModule],
  controllers: [HealthController, StatusController],
  providers: [
    AuditHealth,
    FeedbackHealth,
    ModelHealth,
    GroupHealth,
    DrainState,
    { provide: DRAIN, useExisting: DrainState },
    { provide: READINESS, useExisting: ModelHealth },
  ],
  exports: [READINESS, DRAIN],
})
export class HealthModule {}
