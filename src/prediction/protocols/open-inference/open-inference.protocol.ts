import { askedBy } from '../asked-by.js';
import type { Protocol } from '../protocol.js';
import { OpenInferenceController } from './open-inference.controller.js';
import { describeOpenInference } from './open-inference.openapi.js';
import { OpenInferenceService } from './open-inference.service.js';
import { OIP_PREFIX, oipErrors } from './oip-errors.js';
import { RepositoryController } from './repository.controller.js';
import { WrongMethodController } from './wrong-method.controller.js';

/** The Open Inference Protocol, version 2, over REST. */
export const openInference: Protocol = {
  name: 'open-inference',
  prefix: OIP_PREFIX,
  anyContentType: true,
  controllers: [OpenInferenceController, RepositoryController, WrongMethodController],
  providers: [OpenInferenceService],
  asked: askedBy(/^\/v2\/models\/([^/]+)\/(?:versions\/([^/]+)\/)?infer\/?$/i),
  errors: oipErrors,
  describeOnce: describeOpenInference,
};
