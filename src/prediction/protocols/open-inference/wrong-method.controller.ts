import { All, Controller, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { TensornestError } from '../../../core/errors.js';

const MODEL = ['models/:model', 'models/:model/versions/:version'];
const LOOKS = ['', 'health/live', 'health/ready', 'models', 'models/stats']
  .concat(MODEL)
  .concat(MODEL.flatMap((path) => ['ready', 'config', 'stats'].map((last) => `${path}/${last}`)));
const ASKS = MODEL.map((path) => `${path}/infer`).concat([
  'repository/index',
  'repository/models/:model/load',
  'repository/models/:model/unload',
]);

/** What the other controllers of this protocol have not taken: their paths with a method that they do not have. */
@ApiExcludeController()
@Controller('v2')
export class WrongMethodController {
  @All(LOOKS)
  look(@Req() request: Request, @Res({ passthrough: true }) response: Response): never {
    throw wrongMethod(request, response, 'GET');
  }

  @All(ASKS)
  ask(@Req() request: Request, @Res({ passthrough: true }) response: Response): never {
    throw wrongMethod(request, response, 'POST');
  }
}

function wrongMethod({ method }: Request, response: Response, allowed: string): TensornestError {
  response.setHeader('Allow', allowed);
  return new TensornestError('method-not-allowed', `Method Not Allowed: ${method}; use ${allowed}.`);
}
