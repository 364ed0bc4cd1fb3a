import { Global, Module } from '@nestjs/common';
import { TRAFFIC_ROUTER } from '../core/ports/traffic-router.js';
import { ModelModule } from '../model/model.module.js';
import { RolloutController } from './rollout.controller.js';
import { RolloutService } from './rollout.service.js';
import { RolloutTraffic } from './rollout-traffic.js';

/** Rollouts, for operators and for the prediction service, which asks by token who answers. */
@Global()
@Module({
  imports: [ModelModule],
  controllers: [RolloutController],
  providers: [RolloutService, RolloutTraffic, { provide: TRAFFIC_ROUTER, useExisting: RolloutTraffic }],
  exports: [TRAFFIC_ROUTER],
})
export class RolloutModule {}
