import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { ModelModule } from '../model/model.module.js';
import { GroupHealth } from './group.health.js';
import { HealthController } from './health.controller.js';
import { ModelHealth } from './model.health.js';
import { StatusController } from './status.controller.js';

@Module({
  // Terminus would log every failed probe on its own; the request log already says so.
  imports: [TerminusModule.forRoot({ logger: false }), ModelModule],
  controllers: [HealthController, StatusController],
  providers: [ModelHealth, GroupHealth],
})
export class HealthModule {}
