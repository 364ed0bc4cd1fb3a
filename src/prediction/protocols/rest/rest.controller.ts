import { Body, Controller, HttpCode, Param, Post, Req } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request } from 'express';
import { API_PREFIX } from '../../../core/api.js';
import { requestIdOf } from '../../../http/request-context.js';
import { PredictionService } from '../../prediction.service.js';
import { decodeRest, encodeRest, REST_ROWS, type RestPrediction } from './rest.codec.js';

/** The native door. `rest.openapi.ts` describes it, once per model, with the model's own field names. */
@ApiExcludeController()
@Controller(API_PREFIX)
export class RestController {
  constructor(private readonly predictions: PredictionService) {}

  @Post('predict')
  @HttpCode(200)
  predictDefault(@Req() request: Request, @Body() body: unknown): Promise<RestPrediction> {
    return this.answer(request, body);
  }

  @Post('models/:name/predict')
  @HttpCode(200)
  predictModel(@Req() request: Request, @Body() body: unknown, @Param('name') name: string): Promise<RestPrediction> {
    return this.answer(request, body, name);
  }

  @Post('models/:name/versions/:version/predict')
  @HttpCode(200)
  predictVersion(
    @Req() request: Request,
    @Body() body: unknown,
    @Param('name') name: string,
    @Param('version') version: string,
  ): Promise<RestPrediction> {
    return this.answer(request, body, name, version);
  }

  private async answer(request: Request, body: unknown, model?: string, version?: string): Promise<RestPrediction> {
    const rows = decodeRest(body);
    const requestId = requestIdOf(request);
    return encodeRest(await this.predictions.predict({ model, version, rows, locator: REST_ROWS, requestId }));
  }
}
