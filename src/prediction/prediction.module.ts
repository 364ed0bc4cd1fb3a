import { Module } from '@nestjs/common';
import { ModelModule } from '../model/model.module.js';
import { PredictionService } from './prediction.service.js';
import { PROTOCOLS } from './protocols/index.js';

@Module({
  imports: [ModelModule],
  controllers: PROTOCOLS.flatMap(({ controllers }) => controllers),
  providers: [PredictionService, ...PROTOCOLS.flatMap(({ providers = [] }) => providers)],
  exports: [PredictionService, ...PROTOCOLS.flatMap(({ providers = [] }) => providers)],
})
export class PredictionModule {}
