import { Module } from '@nestjs/common';
import { ModelModule } from '../model/model.module.js';
import { OpenApiController } from './openapi.controller.js';
import { OpenApiService } from './openapi.service.js';

@Module({ imports: [ModelModule], controllers: [OpenApiController], providers: [OpenApiService] })
export class OpenApiModule {}
