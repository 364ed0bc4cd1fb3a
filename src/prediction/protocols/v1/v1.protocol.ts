import type { Protocol } from '../protocol.js';
import { V1Controller } from './v1.controller.js';
import { V1Service } from './v1.service.js';
import { askedInV1 } from './v1-route.js';
import { describeV1 } from './v1.openapi.js';
import { V1_PREFIX, v1Errors } from './v1-errors.js';

/** TensorFlow Serving's REST API and KServe V1. */
export const v1: Protocol = {
  name: 'v1',
  prefix: V1_PREFIX,
  anyContentType: true,
  controllers: [V1Controller],
  providers: [V1Service],
  asked: askedInV1,
  errors: v1Errors,
  describeOnce: describeV1,
};
