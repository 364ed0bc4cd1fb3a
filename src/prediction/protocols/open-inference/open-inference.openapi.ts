import { DATATYPES } from '../../../core/tensor.js';
import type { Description } from '../protocol.js';

type Schema = Description['schemas'][string];
type PathItem = Description['paths'][string];

const TAG = 'open inference protocol';
const ERRORS = {
  400: 'Bad input, with every problem in `details`.',
  404: 'Unknown model or version.',
  413: 'The body is larger than BODY_LIMIT.',
  503: 'The model is not ready, or overloaded: see Retry-After.',
  504: 'The deadline has passed.',
};

const text = { type: 'string' } as const;
const count = { type: 'integer', minimum: 0 } as const;
const list = (items: object) => ({ type: 'array', items });
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const object = (properties: Record<string, object>, required: readonly string[]): Schema => ({
  type: 'object',
  properties,
  required: [...required],
});

const datatype = { ...text, enum: [...DATATYPES] };
const parameters = {
  type: 'object',
  additionalProperties: { oneOf: [text, { type: 'number' }, { type: 'boolean' }] },
};
const data = { type: 'array', description: 'Row-major, flat or nested as the shape says.', items: {} };

const SCHEMAS: Description['schemas'] = {
  OipTensor: object({ name: text, shape: list(count), datatype, parameters, data }, ['name', 'shape', 'datatype']),
  OipRequestedOutput: object({ name: text, parameters }, ['name']),
  OipInferRequest: object(
    { id: text, parameters, inputs: list(ref('OipTensor')), outputs: list(ref('OipRequestedOutput')) },
    ['inputs'],
  ),
  OipInferResponse: object(
    { model_name: text, model_version: text, id: text, parameters, outputs: list(ref('OipTensor')) },
    ['model_name', 'outputs'],
  ),
  OipTensorMetadata: object({ name: text, datatype, shape: list({ type: 'integer', minimum: -1 }) }, [
    'name',
    'datatype',
    'shape',
  ]),
  OipModelMetadata: object(
    {
      name: text,
      versions: list(text),
      platform: text,
      inputs: list(ref('OipTensorMetadata')),
      outputs: list(ref('OipTensorMetadata')),
      properties: { type: 'object', additionalProperties: text },
    },
    ['name', 'platform', 'inputs', 'outputs'],
  ),
  OipServerMetadata: object({ name: text, version: text, extensions: list(text) }, ['name', 'version', 'extensions']),
  OipError: object(
    { error: text, details: list(object({ path: text, code: text, message: text }, ['path', 'code', 'message'])) },
    ['error'],
  ),
};

/** The paths of the Open Inference Protocol: generic ones, since a model's own tensors are in its metadata. */
export function describeOpenInference(): Description {
  const paths: Description['paths'] = {
    '/v2': get('oipServerMetadata', 'Server metadata', ref('OipServerMetadata')),
    '/v2/health/live': get(
      'oipServerLive',
      'Whether the server lives',
      object({ live: { type: 'boolean' } }, ['live']),
    ),
    '/v2/health/ready': get(
      'oipServerReady',
      'Whether the server is ready',
      object({ ready: { type: 'boolean' } }, ['ready']),
    ),
    '/v2/models': get('oipModels', 'Names of the models', object({ models: list(text) }, ['models'])),
    '/v2/models/stats': get(
      'oipAllStatistics',
      'Statistics of every loaded version',
      object({ model_stats: list({}) }, ['model_stats']),
    ),
    '/v2/repository/index': post(
      'oipRepositoryIndex',
      'Every version and where it stands',
      object({ ready: { type: 'boolean' } }, []),
      list({}),
      [],
    ),
  };
  for (const verb of ['load', 'unload']) {
    const id = `oipRepository${verb === 'load' ? 'Load' : 'Unload'}`;
    const answer = object({ name: text, [verb]: { type: 'boolean' } }, ['name', verb]);
    paths[`/v2/repository/models/{model}/${verb}`] = post(id, `Asks to ${verb} a model`, object({}, []), answer, [
      'model',
    ]);
  }
  for (const [base, suffix, names] of [
    ['/v2/models/{model}', '', ['model']],
    ['/v2/models/{model}/versions/{version}', 'Version', ['model', 'version']],
  ] as const) {
    const ready = object({ name: text, ready: { type: 'boolean' } }, ['name', 'ready']);
    paths[base] = get(`oipModelMetadata${suffix}`, 'Tensors of a model', ref('OipModelMetadata'), names);
    paths[`${base}/ready`] = get(`oipModelReady${suffix}`, 'Whether a model is ready', ready, names);
    paths[`${base}/config`] = get(`oipModelConfig${suffix}`, 'Configuration of a model', object({}, []), names);
    paths[`${base}/stats`] = get(
      `oipModelStatistics${suffix}`,
      'Statistics of a model',
      object({ model_stats: list({}) }, ['model_stats']),
      names,
    );
    paths[`${base}/infer`] = post(
      `oipInfer${suffix}`,
      'Asks a model with tensors',
      ref('OipInferRequest'),
      ref('OipInferResponse'),
      names,
    );
  }
  return { paths, schemas: SCHEMAS, models: [] };
}

function get(operationId: string, summary: string, answer: object, names: readonly string[] = []): PathItem {
  return {
    get: { operationId, summary, tags: [TAG], parameters: pathParameters(names), responses: responses(answer) },
  } as PathItem;
}

function post(operationId: string, summary: string, body: object, answer: object, names: readonly string[]): PathItem {
  const requestBody = { content: { 'application/json': { schema: body } } };
  return {
    post: {
      operationId,
      summary,
      tags: [TAG],
      parameters: pathParameters(names),
      requestBody,
      responses: responses(answer),
    },
  } as PathItem;
}

function pathParameters(names: readonly string[]): object[] {
  return names.map((name) => ({ name, in: 'path', required: true, schema: text }));
}

function responses(answer: object): object {
  const json = (schema: object) => ({ 'application/json': { schema } });
  const errors = Object.entries(ERRORS).map(([status, description]) => [
    status,
    { description, content: json(ref('OipError')) },
  ]);
  return { 200: { description: 'The answer.', content: json(answer) }, ...(Object.fromEntries(errors) as object) };
}
