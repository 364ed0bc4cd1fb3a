const strings = { type: 'array', items: { type: 'string' } };
const parameters = { type: 'object', additionalProperties: { type: ['string', 'number', 'boolean'] } };
const datatype = {
  enum: [
    'BOOL',
    'UINT8',
    'UINT16',
    'UINT32',
    'UINT64',
    'INT8',
    'INT16',
    'INT32',
    'INT64',
    'FP16',
    'BF16',
    'FP32',
    'FP64',
    'BYTES',
  ],
};

const tensorMetadata = {
  type: 'object',
  required: ['name', 'datatype', 'shape'],
  properties: {
    name: { type: 'string' },
    datatype,
    shape: { type: 'array', items: { type: 'integer', minimum: -1 } },
    parameters,
  },
};

/** An output has its elements in `data`, or says how many bytes of the body they are. */
const outputTensor = {
  type: 'object',
  required: ['name', 'shape', 'datatype'],
  properties: {
    name: { type: 'string' },
    datatype,
    shape: { type: 'array', items: { type: 'integer', minimum: 0 } },
    parameters,
    data: { type: 'array' },
  },
  oneOf: [
    { required: ['data'] },
    {
      required: ['parameters'],
      properties: {
        parameters: { required: ['binary_data_size'], properties: { binary_data_size: { type: 'integer' } } },
      },
      not: { required: ['data'] },
    },
  ],
};

const duration = {
  type: 'object',
  required: ['count', 'ns'],
  properties: { count: { type: 'integer', minimum: 0 }, ns: { type: 'integer', minimum: 0 } },
};
const durations = (...names: string[]) => ({
  type: 'object',
  required: names,
  properties: Object.fromEntries(names.map((name) => [name, duration])),
});

/** The messages of the Open Inference Protocol, and of TensorFlow Serving and KServe V1, as JSON Schema. */
export const SCHEMAS = {
  live: { type: 'object', required: ['live'], properties: { live: { type: 'boolean' } } },
  ready: { type: 'object', required: ['ready'], properties: { ready: { type: 'boolean' } } },
  modelReady: {
    type: 'object',
    required: ['name', 'ready'],
    properties: { name: { type: 'string' }, ready: { type: 'boolean' } },
  },
  serverMetadata: {
    type: 'object',
    required: ['name', 'version', 'extensions'],
    properties: { name: { type: 'string' }, version: { type: 'string' }, extensions: strings },
  },
  modelMetadata: {
    type: 'object',
    required: ['name', 'platform', 'inputs', 'outputs'],
    properties: {
      name: { type: 'string' },
      versions: strings,
      platform: { type: 'string' },
      inputs: { type: 'array', items: tensorMetadata },
      outputs: { type: 'array', items: tensorMetadata },
      properties: { type: 'object', additionalProperties: { type: 'string' } },
    },
  },
  modelList: { type: 'object', required: ['models'], properties: { models: strings } },
  inference: {
    type: 'object',
    required: ['model_name', 'outputs'],
    properties: {
      model_name: { type: 'string' },
      model_version: { type: 'string' },
      id: { type: 'string' },
      parameters,
      outputs: { type: 'array', items: outputTensor },
    },
  },
  modelConfig: {
    type: 'object',
    required: ['name', 'max_batch_size', 'input', 'output'],
    properties: { name: { type: 'string' }, max_batch_size: { type: 'integer' }, input: { type: 'array' } },
  },
  statistics: {
    type: 'object',
    required: ['model_stats'],
    properties: {
      model_stats: {
        type: 'array',
        items: {
          type: 'object',
          required: [
            'name',
            'version',
            'last_inference',
            'inference_count',
            'execution_count',
            'inference_stats',
            'batch_stats',
          ],
          properties: {
            inference_stats: durations('success', 'fail', 'queue', 'compute_input', 'compute_infer', 'compute_output'),
            batch_stats: {
              type: 'array',
              items: {
                ...durations('compute_input', 'compute_infer', 'compute_output'),
                required: ['batch_size', 'compute_input', 'compute_infer', 'compute_output'],
              },
            },
          },
        },
      },
    },
  },
  error: { type: 'object', required: ['error'], properties: { error: { type: 'string', minLength: 1 } } },
  predictions: {
    type: 'object',
    required: ['predictions'],
    properties: { predictions: { type: 'array', minItems: 1 } },
    additionalProperties: false,
  },
  outputs: { type: 'object', required: ['outputs'], additionalProperties: false, properties: { outputs: {} } },
  results: {
    type: 'object',
    required: ['results'],
    properties: { results: { type: 'array', minItems: 1 } },
    additionalProperties: false,
  },
  versionStatus: {
    type: 'object',
    required: ['model_version_status'],
    properties: {
      model_version_status: {
        type: 'array',
        items: {
          type: 'object',
          required: ['version', 'state', 'status'],
          properties: {
            version: { type: 'string', pattern: '^\\d+$' },
            state: { enum: ['UNKNOWN', 'START', 'LOADING', 'AVAILABLE', 'UNLOADING', 'END'] },
            status: { type: 'object', required: ['error_code', 'error_message'] },
          },
        },
      },
    },
  },
  signatures: {
    type: 'object',
    required: ['model_spec', 'metadata'],
    properties: {
      model_spec: { type: 'object', required: ['name', 'signature_name', 'version'] },
      metadata: {
        type: 'object',
        required: ['signature_def'],
        properties: { signature_def: { type: 'object', required: ['signature_def'] } },
      },
    },
  },
  predictionEvent: {
    type: 'object',
    required: ['specversion', 'id', 'source', 'type', 'data'],
    properties: {
      specversion: { const: '1.0' },
      id: { type: 'string', minLength: 1 },
      source: { type: 'string', minLength: 1 },
    },
  },
  alive: { const: { status: 'alive' } },
} as const;

export type SchemaName = keyof typeof SCHEMAS;
