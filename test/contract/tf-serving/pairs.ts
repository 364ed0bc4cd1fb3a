import { expect } from 'vitest';
import { ARTICLE_ROW } from '../../support/test-app.js';
import type { Pair } from '../pair.js';

const HALF = '/v1/models/half_plus_two';
const SIMPLE = '/v1/models/simple:predict';
const TEXT = '/v1/models/text:predict';
const CAR = '/v1/models/car-evaluation';

const says = (error: string) => expect.objectContaining({ error });
const refused = (rule: string, path: string, body: unknown, error: string, status = 400): Pair => ({
  rule,
  path,
  body: typeof body === 'string' ? body : JSON.stringify(body),
  status,
  message: 'error',
  answer: says(error),
});
const numbers = { INPUT0: [1, 2, 3, 4], INPUT1: [1, 1, 1, 1] };

export const PAIRS: readonly Pair[] = [
  {
    rule: 'one input, one output: bare values',
    path: `${HALF}:predict`,
    body: '{"instances": [1.0, 2.0, 5.0]}',
    message: 'predictions',
    answer: { predictions: [2.5, 3, 4.5] },
    answerHeaders: { 'content-type': 'application/json' },
  },
  {
    rule: 'floats have the fewest digits that mean the same, a point, and exponents from 1e6 on',
    path: `${HALF}:predict`,
    body: '{"instances": [2, 0.4, 17999996, 1e-5, 2469130]}',
    message: 'predictions',
    text: '{\n    "predictions": [3.0, 2.2, 9e+06, 2.00000501, 1234567.0]\n}',
  },
  {
    rule: 'NaN and Infinity are numbers, both ways',
    path: `${HALF}:predict`,
    body: '{"instances": [NaN, Infinity, -Infinity]}',
    message: 'predictions',
    text: '{\n    "predictions": [NaN, Infinity, -Infinity]\n}',
  },
  {
    rule: 'instances may be objects that name the input',
    path: `${HALF}:predict`,
    body: { instances: [{ x: 1 }, { x: 2 }] },
    message: 'predictions',
    answer: { predictions: [2.5, 3] },
  },
  {
    rule: 'several inputs: objects in, objects out',
    path: SIMPLE,
    body: { instances: [numbers, numbers] },
    message: 'predictions',
    answer: { predictions: Array(2).fill({ OUTPUT0: [2, 3, 4, 5], OUTPUT1: [0, 1, 2, 3] }) },
  },
  {
    rule: 'columns: an object in, an object out, and other keys do not matter',
    path: SIMPLE,
    body: { inputs: { INPUT0: [[1, 2, 3, 4]], INPUT1: [[1, 1, 1, 1]], other: 'x' } },
    message: 'outputs',
    answer: { outputs: { OUTPUT0: [[2, 3, 4, 5]], OUTPUT1: [[0, 1, 2, 3]] } },
  },
  {
    rule: 'columns of one input: a bare value',
    path: `${HALF}:predict`,
    body: { inputs: [1, 2] },
    message: 'outputs',
    answer: { outputs: [2.5, 3] },
  },
  {
    rule: 'a scalar is a tensor too, where the rank is open',
    path: `${HALF}:predict`,
    body: { signature_name: 'any_rank', inputs: 1 },
    message: 'outputs',
    answer: { outputs: 2.5 },
  },
  {
    rule: 'strings, and bytes in base64 where a string is expected',
    path: TEXT,
    body: { instances: ['ä', { b64: 'YQ==' }] },
    message: 'predictions',
    answer: { predictions: ['ä', 'a'] },
  },
  {
    rule: 'outputs whose name ends in _bytes are base64',
    path: TEXT,
    body: { signature_name: 'bytes', instances: [{ b64: '/w==' }] },
    message: 'predictions',
    answer: { predictions: [{ b64: '/w==' }] },
  },
  {
    rule: 'the JSON may be called a form',
    path: `${HALF}:predict`,
    body: '{"instances": [1]}',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    message: 'predictions',
  },
  {
    rule: 'the route has no case',
    path: '/V1/MODELS/half_plus_two:PREDICT',
    body: { instances: [1] },
    message: 'predictions',
  },
  {
    rule: 'a version is its major number',
    path: `${HALF}/versions/123:predict`,
    body: { instances: [1] },
    message: 'predictions',
  },
  {
    rule: 'text behind the document is nothing',
    path: `${HALF}:predict`,
    body: '{"instances":[1]}}}',
    message: 'predictions',
  },
  {
    rule: 'a regression',
    path: `${HALF}:regress`,
    body: { signature_name: 'regress_x_to_y', examples: [{ x: 1 }, { x: [2.5] }] },
    message: 'results',
    answer: { results: [2.5, 3.25] },
  },
  {
    rule: 'a classification without labels',
    path: `${HALF}:classify`,
    body: { signature_name: 'classify_x_to_y', context: { x: 1 }, examples: [{}] },
    message: 'results',
    answer: { results: [[['', 2.5]]] },
  },
  {
    rule: 'a tabular model classifies its features, every class in the order of the model',
    path: `${CAR}:classify`,
    body: { examples: [{ ...ARTICLE_ROW, buying: ['vhigh'] }] },
    message: 'results',
    answer: {
      results: [['unacc', 'acc', 'good', 'vgood'].map((label) => [label, expect.any(Number)])],
    },
  },
  {
    rule: 'a tabular model predicts rows',
    path: `${CAR}:predict`,
    body: { instances: [ARTICLE_ROW] },
    message: 'predictions',
    answer: { predictions: [{ probabilities: expect.any(Array), class: 1, label: 'acc' }] },
  },
  {
    rule: 'the status of a version',
    path: `${HALF}/versions/123`,
    message: 'versionStatus',
    answer: {
      model_version_status: [{ version: '123', state: 'AVAILABLE', status: { error_code: 'OK', error_message: '' } }],
    },
  },
  {
    rule: 'the metadata is a map of signatures',
    path: `${HALF}/metadata`,
    message: 'signatures',
    answer: {
      model_spec: { name: 'half_plus_two', signature_name: '', version: '123' },
      metadata: {
        signature_def: {
          signature_def: expect.objectContaining({
            serving_default: {
              inputs: {
                x: {
                  dtype: 'DT_FLOAT',
                  tensor_shape: { dim: [{ size: '-1', name: '' }], unknown_rank: false },
                  name: 'x:0',
                },
              },
              outputs: expect.anything(),
              method_name: 'tensorflow/serving/predict',
              defaults: {},
            },
          }),
        },
      },
    },
  },
  refused('an empty document', `${HALF}:predict`, '', 'JSON Parse error: The document is empty'),
  refused('malformed JSON', `${HALF}:predict`, '{', 'JSON Parse error: Missing a name for object member. at offset: 1'),
  refused('no value', `${HALF}:predict`, '{"instances": x}', 'JSON Parse error: Invalid value. at offset: 14'),
  refused('neither key', `${HALF}:predict`, {}, "Missing 'inputs' or 'instances' key"),
  refused('a list as document', `${HALF}:predict`, [], 'JSON Value: [] Is not object'),
  refused(
    'text for a number',
    `${HALF}:predict`,
    { inputs: ['x'] },
    'JSON Value: "x" Type: String is not of expected type: float',
  ),
  refused(
    'a number with a point for an integer',
    SIMPLE,
    '{"inputs": {"INPUT0": [[1.0,2,3,4]], "INPUT1": [[1,1,1,1]]}}',
    'JSON Value: 1.0 Type: Number is not of expected type: int32',
  ),
  refused(
    'a missing input',
    SIMPLE,
    { inputs: { INPUT0: [[1, 2, 3, 4]] } },
    "Missing named input: INPUT1 in 'inputs' object.",
  ),
  refused(
    'a plain list for several inputs',
    SIMPLE,
    { instances: [1] },
    'instances is a plain list, but expecting list of objects as multiple input tensors required as per tensorinfo_map',
  ),
  refused(
    'instances of different sizes',
    `/v1/models/identity:predict`,
    { instances: [[1, 2], [1]] },
    "Failed to process element: 1 of 'instances' list. Error: INVALID_ARGUMENT: Expecting tensor size: 2 but got: 1",
  ),
  refused(
    'an unknown signature',
    `${HALF}:predict`,
    { signature_name: 's', instances: [1] },
    'Serving signature name: "s" not found in signature def',
  ),
  refused(
    'a signature of another method',
    `${HALF}:regress`,
    { examples: [{ x: 1 }] },
    'Expected regression signature method_name to be tensorflow/serving/regress. Was: tensorflow/serving/predict',
  ),
  refused(
    'an unknown model',
    '/v1/models/half:predict',
    { instances: [1] },
    'Servable not found for request: Latest(half)',
    404,
  ),
  refused(
    'an unknown version',
    `${HALF}/versions/99:predict`,
    { instances: [1] },
    'Servable not found for request: Specific(half_plus_two, 99)',
    404,
  ),
  refused('an unknown label', `${HALF}/labels/X:predict`, { instances: [1] }, 'Unrecognized servable version label: X'),
  refused(
    'a version beyond 64 bits',
    `${HALF}/versions/99999999999999999999:predict`,
    { instances: [1] },
    'Failed to convert version: 99999999999999999999 to numeric.',
  ),
  refused(
    'label and version together',
    `${HALF}/versions/1/labels/X:predict`,
    { instances: [1] },
    `Malformed request: POST ${HALF}/versions/1/labels/X:predict`,
  ),
  {
    rule: 'no route',
    path: '/v1/nope',
    status: 400,
    message: 'error',
    answer: says('Malformed request: GET /v1/nope'),
  },
  {
    rule: 'bad rows of a tabular model are explained',
    path: `${CAR}:predict`,
    body: { instances: [{ ...ARTICLE_ROW, buying: 'hihg', doors: 7 }] },
    status: 400,
    message: 'error',
    answer: {
      error: expect.stringContaining('did you mean "high"?'),
      details: [
        expect.objectContaining({ path: '/instances/0/buying', code: 'not-allowed' }),
        expect.objectContaining({ path: '/instances/0/doors', code: 'not-allowed' }),
      ],
    },
  },
];
