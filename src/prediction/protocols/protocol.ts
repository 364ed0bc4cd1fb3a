import type { Type } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { ErrorDoor } from '../../http/error-door.js';
import type { Slot } from '../../model/slot.js';

/** One version in the eyes of the OpenAPI document. */
export interface DescribedVersion {
  readonly slot: Slot;
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

/** What a path says of who is to answer; decoded, and not looked up. */
export interface AskedModel {
  /** Undefined where the default model is asked. */
  readonly model: string | undefined;
  /** Undefined where the path names none. */
  readonly version: string | undefined;
}

/** A way to ask for predictions. All protocols share the one `PredictionService`. */
export interface Protocol {
  readonly name: string;
  /** Where its paths begin, such as `/v2`. */
  readonly prefix: string;
  /** Bodies are read whatever the client calls them; otherwise they must be called JSON. */
  readonly anyContentType: boolean;
  readonly controllers: readonly Type<object>[];
  /** What its controllers share. */
  readonly providers?: readonly Type<object>[];
  /** The model that a POST to `path` asks for a prediction; undefined where it asks for something else. */
  asked(path: string): AskedModel | undefined;
  /** Its own error bodies; problem details when absent. */
  readonly errors?: ErrorDoor;
  /** Its part of the OpenAPI document, for one version. */
  describe?(version: DescribedVersion): Description;
  /** Its part of the OpenAPI document that is the same for all models. */
  describeOnce?(): Description;
}
