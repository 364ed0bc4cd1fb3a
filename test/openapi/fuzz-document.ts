import type { OpenAPIObject } from '@nestjs/swagger';

type Schema = Record<string, any>;

interface Narrow {
  readonly model: string;
  readonly version: string;
  /** What the schemas of the model are called. */
  readonly type: string;
  /** Of a prediction that was made. */
  readonly id: string;
  /** The one label that it is given, so that none contradicts another. */
  readonly label: string;
}

/**
 * The document with one model in the place of any: routes that serve every model take a name, a row and labels as text,
 * and random text is right to be refused.
 */
export function narrowed(document: OpenAPIObject, { model, version, type, id, label }: Narrow): OpenAPIObject {
  const copy = structuredClone(document);
  for (const operation of Object.values<Schema>(copy.paths).flatMap((item) => Object.values<Schema>(item))) {
    for (const parameter of operation.parameters ?? []) {
      if (parameter.in !== 'path') continue;
      if (parameter.name === 'name' || parameter.name === 'model') parameter.schema = { type: 'string', enum: [model] };
      if (parameter.name === 'version') parameter.schema = { type: 'string', enum: [version] };
    }
  }
  const schemas = copy.components?.schemas as Schema;
  // NOTE: Specmatic gives up at the regular expressions in it. It is what the manifest was read by when it was loaded.
  for (const name of Object.keys(schemas).filter((other) => other.startsWith('Manifest'))) schemas[name] = {};
  const row = { $ref: `#/components/schemas/${type}Row` };
  const labels = schemas[`${type}Result`].properties.label.enum;
  const features = Object.keys(schemas[`${type}Row`].properties);
  schemas.ExplainBody.properties.inputs.items = row;
  schemas.ExplainBody.properties.class.enum = labels;
  schemas.WhatIfBody.properties.input = row;
  schemas.WhatIfBody.properties.features.items.enum = features;
  schemas.CounterfactualBody.properties.input = row;
  schemas.CounterfactualBody.properties.target.enum = labels;
  schemas.CounterfactualBody.properties.frozen.items.enum = features;
  // Under items each has a status of its own, so any text is answered.
  schemas.FeedbackItems.properties.items.items = structuredClone(schemas.FeedbackItem);
  schemas.FeedbackItem.properties.id.enum = [id];
  schemas.FeedbackItem.properties.label.enum = [label];
  return copy;
}
