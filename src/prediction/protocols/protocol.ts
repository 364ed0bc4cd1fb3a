import type { Type } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { ModelSlot } from '../../model/model-slot.js';

/** One version in the eyes of the OpenAPI document. */
export interface DescribedVersion {
  readonly slot: ModelSlot;
  /** It answers when a request names the model alone. */
  readonly isDefaultVersion: boolean;
  /** It answers when a request names no model. */
  readonly isDefaultModel: boolean;
}

/** What a protocol adds to the OpenAPI document for one version. */
export interface Description {
  readonly paths: OpenAPIObject['paths'];
  /** Classes with OpenAPI decorators, which become named schemas. */
  readonly models: readonly Type<object>[];
  readonly schemas: NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;
}

/** A way to ask for predictions. All protocols share the one `PredictionService`. */
export interface Protocol {
  readonly name: string;
  readonly controllers: readonly Type<object>[];
  describe(version: DescribedVersion): Description;
}
