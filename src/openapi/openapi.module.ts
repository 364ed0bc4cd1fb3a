import { Module } from '@nestjs/common';
import { ModelModule } from '../model/model.module.js';
import { OpenApiService } from './openapi.service.js';

@Module({ imports: [ModelModule], providers: [OpenApiService] })
export class OpenApiModule {}
