import { Global, Module } from '@nestjs/common';
import { EXPLAINER } from '../core/ports/explainer.js';
import { ModelModule } from '../model/model.module.js';
import { PredictionModule } from '../prediction/prediction.module.js';
import { ExplainController } from './explain.controller.js';
import { ExplainMetrics } from './explain.metrics.js';
import { ExplainService } from './explain.service.js';

/** Explanations of predictions, for its own paths and, by token, for the doors whose protocol knows them. */
@Global()
@Module({
  imports: [ModelModule, PredictionModule],
  controllers: [ExplainController],
  providers: [ExplainMetrics, ExplainService, { provide: EXPLAINER, useExisting: ExplainService }],
  exports: [EXPLAINER],
})
export class ExplainModule {}
