import { Global, Module } from '@nestjs/common';
import { ModelModule } from '../model/model.module.js';
import { DriftController } from './drift.controller.js';
import { DriftMetrics } from './drift.metrics.js';
import { DriftObserver } from './drift.observer.js';
import { DriftService } from './drift.service.js';

/** Live traffic beside the training data; the observer is for the table of observers. */
@Global()
@Module({
  imports: [ModelModule],
  controllers: [DriftController],
  providers: [DriftObserver, DriftService, DriftMetrics],
  exports: [DriftObserver],
})
export class DriftModule {}
