import { Module } from '@nestjs/common';
import { ModelModule } from '../model/model.module.js';
import { Deadlines } from './deadlines.js';
import { FailedRequests } from './failed-requests.js';
import { PredictionService } from './prediction.service.js';
import { PROTOCOLS } from './protocols/index.js';

@Module({
  imports: [ModelModule],
  controllers: PROTOCOLS.flatMap(({ controllers }) => controllers),
  providers: [Deadlines, FailedRequests, PredictionService, ...PROTOCOLS.flatMap(({ providers = [] }) => providers)],
  exports: [Deadlines, FailedRequests, PredictionService, ...PROTOCOLS.flatMap(({ providers = [] }) => providers)],
})
export class PredictionModule {}
