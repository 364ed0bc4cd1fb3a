import { Body, Controller, HttpCode, Param, Post, Req } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request } from 'express';
import { API_PREFIX } from '../../../core/api.js';
import type { JsonBody } from '../../../http/json-body.js';
import type { JsonReply } from '../../../http/json-reply.js';
import { cancellationOf, headerOf, requestIdOf } from '../../../http/request-context.js';
import { PredictionService } from '../../prediction.service.js';
import { encodePartial } from './partial-answer.js';
import { encodeRest } from './rest-answer.js';
import { RestRows } from './rest-rows.js';

/** The native door. `rest.openapi.ts` describes it, once per model, with the model's own field names. */
@ApiExcludeController()
@Controller(API_PREFIX)
export class RestController {
  constructor(private readonly predictions: PredictionService) {}

  @Post('predict')
  @HttpCode(200)
  predictDefault(@Req() request: Request, @Body() body: JsonBody): Promise<JsonReply> {
    return this.answer(request, body);
  }

  @Post('models/:name/predict')
  @HttpCode(200)
  predictModel(@Req() request: Request, @Body() body: JsonBody, @Param('name') name: string): Promise<JsonReply> {
    return this.answer(request, body, name);
  }

  @Post('models/:name/versions/:version/predict')
  @HttpCode(200)
  predictVersion(
    @Req() request: Request,
    @Body() body: JsonBody,
    @Param('name') name: string,
    @Param('version') version: string,
  ): Promise<JsonReply> {
    return this.answer(request, body, name, version);
  }

  private async answer(request: Request, body: JsonBody, model?: string, version?: string): Promise<JsonReply> {
    const source = new RestRows(body);
    const header = (field: string) => headerOf(request, field);
    const requestId = requestIdOf(request);
    const cancellation = cancellationOf(request);
    const asked = { model, version, source, requestId, header, cancellation };
    const prediction = await this.predictions.predict(asked);
    return source.sifted === undefined ? encodeRest(prediction) : encodePartial(prediction, source.sifted);
  }
}
