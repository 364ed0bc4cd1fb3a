import { Global, Module } from '@nestjs/common';
import { OUTCOMES } from '../core/ports/outcomes.js';
import { ModelModule } from '../model/model.module.js';
import { FeedbackController } from './feedback.controller.js';
import { FeedbackMetrics } from './feedback.metrics.js';
import { FeedbackService } from './feedback.service.js';
import { PredictionKeeper } from './prediction-keeper.js';

/** Joins outcomes to predictions, and says how well the models do. */
@Global()
@Module({
  imports: [ModelModule],
  controllers: [FeedbackController],
  providers: [PredictionKeeper, FeedbackService, FeedbackMetrics, { provide: OUTCOMES, useExisting: FeedbackService }],
  exports: [PredictionKeeper, OUTCOMES],
})
export class FeedbackModule {}
