import type { Description } from '../protocol.js';

type Schema = Description['schemas'][string];
type PathItem = Description['paths'][string];

const TAG = 'tensorflow serving and kserve v1';

const text = { type: 'string' } as const;
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const object = (properties: Record<string, object>, required: readonly string[] = []): Schema => ({
  type: 'object',
  properties,
  required: [...required],
});

const SCHEMAS: Description['schemas'] = {
  V1PredictRequest: object({
    signature_name: text,
    instances: { type: 'array', minItems: 1, items: {}, description: 'Rows: values, or objects that name the inputs.' },
    inputs: { description: 'Columns: the value of the only input, or an object with a value for each.' },
  }),
  V1PredictResponse: object({ predictions: { type: 'array', items: {} }, outputs: {} }),
  V1ExamplesRequest: object(
    {
      signature_name: text,
      context: { type: 'object', description: 'Features that every example has.' },
      examples: { type: 'array', minItems: 1, items: { type: 'object' } },
    },
    ['examples'],
  ),
  V1ResultsResponse: object({ results: { type: 'array', items: {} } }, ['results']),
  V1Error: object({ error: text, details: { type: 'array', items: { type: 'object' } } }, ['error']),
};

const VERBS: readonly (readonly [verb: string, request: string, response: string])[] = [
  ['predict', 'V1PredictRequest', 'V1PredictResponse'],
  ['classify', 'V1ExamplesRequest', 'V1ResultsResponse'],
  ['regress', 'V1ExamplesRequest', 'V1ResultsResponse'],
  ['explain', 'V1PredictRequest', 'V1PredictResponse'],
];

/** The paths that TensorFlow Serving and KServe V1 share. */
export function describeV1(): Description {
  const paths: Description['paths'] = { '/v1/models': get('v1Models', 'Names of the models', []) };
  for (const [base, suffix, names] of [
    ['/v1/models/{model}', '', ['model']],
    ['/v1/models/{model}/versions/{version}', 'Version', ['model', 'version']],
    ['/v1/models/{model}/labels/{label}', 'Label', ['model', 'label']],
  ] as const) {
    paths[base] = get(`v1Status${suffix}`, 'Whether a model is ready, and its versions', names);
    paths[`${base}/metadata`] = get(`v1Metadata${suffix}`, 'Signatures of a model', names);
    for (const [verb, request, response] of VERBS) {
      paths[`${base}:${verb}`] = {
        post: {
          ...operation(`v1${capital(verb)}${suffix}`, `Asks a model to ${verb}`, names, ref(response)),
          requestBody: { required: true, content: { 'application/json': { schema: ref(request) } } },
        },
      } as unknown as PathItem;
    }
  }
  return { paths, schemas: SCHEMAS, models: [] };
}

function get(operationId: string, summary: string, names: readonly string[]): PathItem {
  return { get: operation(operationId, summary, names, object({})) } as PathItem;
}

function operation(operationId: string, summary: string, names: readonly string[], answer: object): object {
  const json = (schema: object) => ({ 'application/json': { schema } });
  const error = (description: string) => ({ description, content: json(ref('V1Error')) });
  return {
    operationId,
    summary,
    tags: [TAG],
    parameters: names.map((name) => ({ name, in: 'path', required: true, schema: text })),
    responses: {
      200: { description: 'The answer.', content: json(answer) },
      400: error('Bad input, or no such route.'),
      404: error('Unknown model or version.'),
      503: error('The model is not ready, or overloaded: see Retry-After.'),
      504: error('The deadline has passed.'),
    },
  };
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
