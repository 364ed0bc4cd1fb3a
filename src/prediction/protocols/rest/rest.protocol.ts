import { API_PREFIX } from '../../../core/api.js';
import type { Protocol } from '../protocol.js';
import { RestController } from './rest.controller.js';
import { describeRest } from './rest.openapi.js';

/** The native API under `/api/v1`. */
export const rest: Protocol = {
  name: 'rest',
  prefix: `/${API_PREFIX}`,
  anyContentType: false,
  controllers: [RestController],
  describe: describeRest,
};
