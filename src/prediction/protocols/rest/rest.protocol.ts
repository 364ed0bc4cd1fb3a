import { API_PREFIX } from '../../../core/api.js';
import { askedBy } from '../asked-by.js';
import type { Protocol } from '../protocol.js';
import { RestController } from './rest.controller.js';
import { describeRest } from './rest.openapi.js';

/** The native API under `/api/v1`. */
export const rest: Protocol = {
  name: 'rest',
  prefix: `/${API_PREFIX}`,
  anyContentType: false,
  controllers: [RestController],
  asked: askedBy(new RegExp(`^/${API_PREFIX}/(?:models/([^/]+)/(?:versions/([^/]+)/)?)?predict/?$`, 'i')),
  describe: describeRest,
};
