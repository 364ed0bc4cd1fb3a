import { API_PREFIX } from '../../../core/api.js';
import { PREDICTION_ID_HEADER } from '../../../core/prediction-id.js';
import type { ClassLabel, Signature } from '../../../core/signature.js';
import { rowDto } from '../../../encoding/row-dto.js';
import { problemResponses } from '../../../http/problem.dto.js';
import type { DescribedVersion, Description } from '../protocol.js';
import { RefusedRowDto } from './refused-row.dto.js';

type Schema = Description['schemas'][string];
type Operation = NonNullable<Description['paths'][string]['post']>;

const PROBLEMS = problemResponses({
  400: 'Bad input: every problem of every row.',
  404: 'Unknown model or version.',
  413: 'The body is larger than BODY_LIMIT.',
  415: 'The body is not application/json.',
  503: 'The model is not ready, or overloaded: see Retry-After.',
  504: 'The deadline has passed.',
});

/** Typed paths of the native API: the model's own field names, values, ranges and class labels. */
export function describeRest({ slot, isDefaultVersion, isDefaultModel }: DescribedVersion): Description {
  const { name, version, title, signature } = slot.manifest;
  // Rows are not what such a model takes.
  if (signature.kind === 'tensor') return { paths: {}, models: [], schemas: {} };
  const type = typeName(name) + (isDefaultVersion ? '' : `V${version.replaceAll(/[^0-9A-Za-z]/g, '_')}`);
  const schemas = schemasOf(type, signature);
  const operation = (operationId: string, summary: string) => toOperation(type, name, operationId, summary);
  const paths: Description['paths'] = {
    [`/${API_PREFIX}/models/${name}/versions/${version}/predict`]: {
      post: operation(
        `predict${type}Version${version.replaceAll(/[^0-9A-Za-z]/g, '_')}`,
        `${title}, version ${version}`,
      ),
    },
  };
  if (isDefaultVersion) {
    paths[`/${API_PREFIX}/models/${name}/predict`] = { post: operation(`predict${type}`, title) };
  }
  if (isDefaultVersion && isDefaultModel) {
    paths[`/${API_PREFIX}/predict`] = { post: operation('predict', `${title} (the default model)`) };
  }
  return { paths, schemas, models: [rowDto(signature, `${type}Row`), RefusedRowDto] };
}

/** `car-evaluation` becomes `CarEvaluation`. */
function typeName(model: string): string {
  return model
    .split(/[^a-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}

function toOperation(type: string, tag: string, operationId: string, summary: string): Operation {
  const json = (schema: string) => ({ 'application/json': { schema: ref(schema) } });
  return {
    operationId,
    summary,
    tags: [tag],
    requestBody: { required: true, content: json(`${type}PredictRequest`) },
    responses: {
      200: {
        description: 'A class and its probabilities for each row.',
        headers: { [PREDICTION_ID_HEADER]: { description: 'The id of the prediction.', schema: { type: 'string' } } },
        content: json(`${type}PredictResponse`),
      },
      ...PROBLEMS,
    },
  };
}

function schemasOf(type: string, { features, classes }: Signature): Description['schemas'] {
  const example = Object.fromEntries(features.map((feature) => [feature.name, feature.example]));
  const inputs = { type: 'array', minItems: 1, items: ref(`${type}Row`), example: [example] };
  const partial = {
    type: 'boolean',
    default: false,
    description: 'Bad rows are answered with null and listed under errors, instead of refusing the request.',
  };
  const properties = {
    errors: {
      oneOf: [{ type: 'null' }, { type: 'array', items: ref(RefusedRowDto.name) }],
      description: 'The rows that were refused, where the request was partial.',
    },
    version: { type: 'string', description: 'Version of the model that answered.' },
    predictions: {
      type: 'array',
      items: orNull(classIndex(classes)),
      description: 'Class index of each row; null for a refused one.',
    },
    model: { type: 'string' },
    id: {
      type: 'string',
      format: 'uuid',
      description: 'Names this prediction, in the audit log and for feedback. Its rows are <id>/0, <id>/1, ...',
    },
    results: { type: 'array', items: orNull(ref(`${type}Result`)) },
  };
  return {
    [`${type}PredictRequest`]: { ...closedObject({ inputs, partial }), required: ['inputs'] },
    [`${type}PredictResponse`]: closedObject(properties),
    [`${type}Result`]: resultSchema(classes),
  };
}

function resultSchema(classes: readonly ClassLabel[]): Schema {
  const probability = { type: 'number', minimum: 0, maximum: 1 };
  return closedObject({
    class: classIndex(classes),
    label: { type: 'string', enum: classes.map(({ label }) => label) },
    probability: { ...probability, description: 'Of the class that won.' },
    probabilities: closedObject(
      Object.fromEntries(classes.map(({ label, title }) => [label, { ...probability, description: title }])),
    ),
  });
}

function classIndex(classes: readonly ClassLabel[]): object {
  return { type: 'integer', minimum: 0, maximum: classes.length - 1 };
}

function orNull(schema: object): object {
  return { oneOf: [schema, { type: 'null' }] };
}

function closedObject(properties: Record<string, object>): Schema {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
}

function ref(schema: string): { $ref: string } {
  return { $ref: `#/components/schemas/${schema}` };
}
