import { All, Body, Controller, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { PREDICTION_ID_HEADER } from '../../../core/prediction-id.js';
import type { JsonBody } from '../../../http/json-body.js';
import { cancellationOf, headerOf, requestIdOf } from '../../../http/request-context.js';
import { SERVER_TIMING, serverTiming } from '../../server-timing.js';
import { receiveEvent } from '../cloud-event.js';
import { V1Service } from './v1.service.js';
import { sendJson } from './v1-errors.js';
import { parseV1Route } from './v1-route.js';

/**
 * TensorFlow Serving's REST API and KServe V1, which share their paths. `v1-route.ts` reads the paths: their letters have
 * no case, their model names no colon, and what is none of them has an error of its own.
 */
@ApiExcludeController()
@Controller('v1')
export class V1Controller {
  constructor(private readonly v1: V1Service) {}

  @All('{*path}')
  async answer(@Req() request: Request, @Body() body: JsonBody | undefined, @Res() response: Response): Promise<void> {
    const route = parseV1Route(request.method, request.originalUrl.split('?', 1)[0]!);
    if (route.kind !== 'ask') {
      const { status, body: text } = this.v1.look(route);
      sendJson(response.status(status), text);
      return;
    }
    const bytes = body?.bytes ?? Buffer.alloc(0);
    const header = (name: string) => headerOf(request, name);
    const event = await receiveEvent(request.headers, bytes);
    const caller = { requestId: requestIdOf(request), header, cancellation: cancellationOf(request) };
    const answer = await this.v1.ask(route, event?.data ?? bytes, caller, ({ prediction }) => {
      response.setHeader(SERVER_TIMING, serverTiming(prediction));
      response.setHeader(PREDICTION_ID_HEADER, prediction.id);
    });
    if (event === null) sendJson(response, answer);
    else event.answer(response, route.model, Buffer.from(answer));
  }
}
