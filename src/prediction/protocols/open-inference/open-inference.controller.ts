import { Body, Controller, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { API_VERSION } from '../../../core/api.js';
import { PREDICTION_ID_HEADER } from '../../../core/prediction-id.js';
import { sendEncoded } from '../../../http/encoded-reply.js';
import { JsonBody } from '../../../http/json-body.js';
import { cancellationOf, headerOf, requestIdOf } from '../../../http/request-context.js';
import { receiveEvent } from '../cloud-event.js';
import { SERVER_TIMING, serverTiming } from '../../server-timing.js';
import { HEADER_LENGTH, splitBody } from './binary-section.js';
import { encodeInferBody } from './infer-answer.js';
import { readInferRequest } from './infer-request.js';
import { InferSource } from './infer-source.js';
import type { ModelConfig } from './model-config.js';
import type { ModelMetadata } from './metadata.js';
import type { ModelStatistics } from './model-statistics.js';
import { type ModelRef, OpenInferenceService, type ServerMetadata } from './open-inference.service.js';

const VERSIONED = 'models/:model/versions/:version';

/** The Open Inference Protocol over REST. `open-inference.openapi.ts` describes it. */
@ApiExcludeController()
@Controller('v2')
export class OpenInferenceController {
  constructor(private readonly protocol: OpenInferenceService) {}

  @Get()
  server(): ServerMetadata {
    return this.protocol.server(API_VERSION);
  }

  @Get('health/live')
  live(): { live: boolean } {
    return { live: true };
  }

  @Get('health/ready')
  async ready(@Res({ passthrough: true }) response: Response): Promise<object> {
    if (await this.protocol.ready()) return { ready: true };
    response.status(503);
    return { error: 'The server is not ready.', ready: false };
  }

  @Get('models')
  models(): { models: string[] } {
    return { models: this.protocol.models() };
  }

  // NOTE: before models/:model, which would take it for a name.
  @Get('models/stats')
  allStatistics(): { model_stats: ModelStatistics[] } {
    return { model_stats: this.protocol.statistics({}) };
  }

  @Get(['models/:model', VERSIONED])
  metadata(@Param() ref: ModelRef): ModelMetadata {
    return this.protocol.metadata(ref);
  }

  @Get(['models/:model/ready', `${VERSIONED}/ready`])
  async modelReady(@Param() ref: ModelRef, @Res({ passthrough: true }) response: Response): Promise<object> {
    const name = ref.model;
    if (await this.protocol.modelReady(ref)) return { name, ready: true };
    response.status(503);
    return { error: `Model ${name} is not ready.`, name, ready: false };
  }

  @Get(['models/:model/config', `${VERSIONED}/config`])
  config(@Param() ref: ModelRef): ModelConfig {
    return this.protocol.modelConfig(ref);
  }

  @Get(['models/:model/stats', `${VERSIONED}/stats`])
  statistics(@Param() ref: ModelRef): { model_stats: ModelStatistics[] } {
    return { model_stats: this.protocol.statistics(ref) };
  }

  @Post(['models/:model/infer', `${VERSIONED}/infer`])
  @HttpCode(200)
  async infer(
    @Param() ref: ModelRef,
    @Body() body: JsonBody,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const event = await receiveEvent(request.headers, body.bytes);
    const source = sourceOf(event?.data ?? body.bytes, request.headers[HEADER_LENGTH]);
    const id = requestIdOf(request);
    const header = (name: string) => headerOf(request, name);
    const caller = { requestId: id, header, cancellation: cancellationOf(request) };
    const { bytes, headerLength } = await this.protocol.infer(ref, source, caller, (inference, outputs) => {
      response.setHeader(SERVER_TIMING, serverTiming(inference.prediction));
      response.setHeader(PREDICTION_ID_HEADER, inference.prediction.id);
      return encodeInferBody(inference, source.read.id ?? id, outputs);
    });
    const type = headerLength === null ? 'application/json' : 'application/octet-stream';
    response.setHeader('Content-Type', type);
    if (headerLength !== null) response.setHeader('Inference-Header-Content-Length', headerLength);
    if (event !== null) event.answer(response, ref.model, bytes, type);
    else await sendEncoded(request, response, bytes);
  }
}

function sourceOf(bytes: Buffer, header: string | string[] | undefined): InferSource {
  const { json, binary, raw } = splitBody(bytes, Array.isArray(header) ? header.join() : header);
  return new InferSource(raw ? binary : readInferRequest(new JsonBody(json).parse(), binary));
}
