import type { Protocol } from '../protocol.js';
import { RestController } from './rest.controller.js';
import { describeRest } from './rest.openapi.js';

/** The native API under `/api/v1`. */
export const rest: Protocol = {
  name: 'rest',
  controllers: [RestController],
  describe: describeRest,
};
