import { deflateSync, gzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { ARTICLE_ROW } from '../../support/test-app.js';
import type { Pair } from '../pair.js';

const SIMPLE = '/v2/models/simple/infer';
const CAR = '/v2/models/car-evaluation/infer';
const DATATYPES = '/v2/models/datatypes/infer';

const four = (name: string, data: unknown = [1, 2, 3, 4]) => ({ name, shape: [1, 4], datatype: 'INT32', data });
const both = { inputs: [four('INPUT0'), four('INPUT1')] };
const columns = Object.entries(ARTICLE_ROW).map(([name, value]) => ({
  name,
  shape: [1],
  datatype: 'BYTES',
  data: [String(value)],
}));
/** A spoilt column, by the feature's name. */
const spoilt = (name: string, change: object) =>
  columns.map((column) => (column.name === name ? { ...column, ...change } : column));
/** The article's row as the encoder lays it out. */
const MATRIX = [1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 1];
const typed = (datatype: string, data: unknown[], shape = [data.length]) => ({
  parameters: { signature_name: datatype },
  inputs: [{ name: 'x', shape, datatype, data }],
});
const detail = (path: string, code: string, message: unknown = expect.any(String)) => ({ path, code, message });
const refusal = (...details: object[]) => ({ error: expect.any(String), details });
const output = (name: string, shape: number[], datatype: string, data: unknown) => ({ name, shape, datatype, data });

function binary(document: object, ...parts: Uint8Array[]): { body: Buffer; headers: Record<string, string> } {
  const json = Buffer.from(JSON.stringify(document));
  return {
    body: Buffer.concat([json, ...parts]),
    headers: { 'inference-header-content-length': String(json.length) },
  };
}
const rawFour = (name: string) => ({ name, shape: [1, 4], datatype: 'INT32', parameters: { binary_data_size: 16 } });
const int32s = (...values: number[]) => Buffer.from(Int32Array.from(values).buffer);

/** The datatypes, with values at their ends that the backend's 32-bit integers can hold. */
const CARRIED: readonly (readonly [string, unknown[]])[] = [
  ['BOOL', [true, false]],
  ['UINT8', [0, 255]],
  ['UINT16', [0, 65_535]],
  ['UINT32', [0, 2_147_483_647]],
  ['UINT64', [0, 2_147_483_647]],
  ['INT8', [-128, 127]],
  ['INT16', [-32_768, 32_767]],
  ['INT32', [-2_147_483_648, 2_147_483_647]],
  ['INT64', [-2_147_483_648, 2_147_483_647]],
  ['FP32', [1.5, -0.25]],
  ['FP64', [1.5, -0.25]],
  ['BYTES', ['', 'häuser']],
];

const REFUSED: readonly (readonly [string, unknown, string])[] = [
  ['BOOL', 1, 'wrong-type'],
  ['UINT8', 256, 'out-of-range'],
  ['UINT8', -1, 'out-of-range'],
  ['UINT16', 65_536, 'out-of-range'],
  ['UINT32', 4_294_967_296, 'out-of-range'],
  ['UINT32', 4_294_967_295, 'out-of-range'],
  ['INT8', 128, 'out-of-range'],
  ['INT16', -32_769, 'out-of-range'],
  ['INT32', 2_147_483_648, 'out-of-range'],
  ['INT32', 1.5, 'wrong-type'],
  ['INT64', 2 ** 53, 'out-of-range'],
  ['UINT64', -1, 'out-of-range'],
  ['FP32', '1', 'wrong-type'],
  ['FP32', 1e39, 'out-of-range'],
  ['FP32', null, 'wrong-type'],
  ['BYTES', 1, 'wrong-type'],
];

export const PAIRS: readonly Pair[] = [
  { rule: 'the server is alive', path: '/v2/health/live', message: 'live', answer: { live: true } },
  { rule: 'the server is ready', path: '/v2/health/ready', message: 'ready', answer: { ready: true } },
  {
    rule: 'server metadata has the configured name',
    path: '/v2',
    message: 'serverMetadata',
    answer: expect.objectContaining({ name: 'Contract', extensions: expect.arrayContaining(['binary_tensor_data']) }),
  },
  { rule: 'models are listed', path: '/v2/models', message: 'modelList' },
  {
    rule: 'a model is described with its open dimensions',
    path: '/v2/models/simple',
    message: 'modelMetadata',
    answer: {
      name: 'simple',
      versions: ['3.1.0'],
      platform: 'tensorflowjs',
      inputs: ['INPUT0', 'INPUT1'].map((name) => ({ name, datatype: 'INT32', shape: [-1, 4] })),
      outputs: ['OUTPUT0', 'OUTPUT1'].map((name) => ({ name, datatype: 'INT32', shape: [-1, 4] })),
      properties: { title: 'simple', version: '3.1.0', signatures: 'serving_default,sum' },
    },
  },
  {
    rule: 'a tabular model is described as columns, and names its matrix',
    path: '/v2/models/car-evaluation/versions/2',
    message: 'modelMetadata',
    answer: expect.objectContaining({
      inputs: Object.keys(ARTICLE_ROW).map((name) => ({ name, datatype: 'BYTES', shape: [-1] })),
      properties: expect.objectContaining({ content_type: 'pd', encoded_input: 'encoded', encoded_shape: '[-1,21]' }),
    }),
  },
  {
    rule: 'a whole number stands for the newest version with that major number',
    path: '/v2/models/simple/versions/3/ready',
    message: 'modelReady',
    answer: { name: 'simple', ready: true },
  },
  { rule: 'the configuration names types as Triton does', path: '/v2/models/text/config', message: 'modelConfig' },
  { rule: 'statistics of one version', path: '/v2/models/simple/versions/3.1.0/stats', message: 'statistics' },
  { rule: 'statistics of all models', path: '/v2/models/stats', message: 'statistics' },
  {
    rule: 'several inputs, several outputs, the id comes back',
    path: SIMPLE,
    body: { id: 'mine', ...both },
    message: 'inference',
    answer: {
      model_name: 'simple',
      model_version: '3.1.0',
      id: 'mine',
      outputs: [output('OUTPUT0', [1, 4], 'INT32', [2, 4, 6, 8]), output('OUTPUT1', [1, 4], 'INT32', [0, 0, 0, 0])],
    },
  },
  {
    rule: 'an id is made where the request has none',
    path: SIMPLE,
    body: both,
    message: 'inference',
    answer: expect.objectContaining({ id: expect.stringMatching(/^[0-9a-f-]{36}$/) }),
  },
  {
    rule: 'nested data is the same as flat data',
    path: SIMPLE,
    body: { inputs: [four('INPUT0', [[1, 2, 3, 4]]), four('INPUT1')] },
    message: 'inference',
    answer: expect.objectContaining({
      outputs: expect.arrayContaining([output('OUTPUT0', [1, 4], 'INT32', [2, 4, 6, 8])]),
    }),
  },
  {
    rule: 'only requested outputs are answered',
    path: SIMPLE,
    body: { ...both, outputs: [{ name: 'OUTPUT1' }] },
    message: 'inference',
    answer: expect.objectContaining({ outputs: [output('OUTPUT1', [1, 4], 'INT32', [0, 0, 0, 0])] }),
  },
  {
    rule: 'a named signature is asked for by a parameter',
    path: SIMPLE,
    body: {
      parameters: { signature_name: 'sum' },
      inputs: ['left', 'right'].map((name) => ({ name, shape: [2], datatype: 'INT32', data: [1, 2] })),
    },
    message: 'inference',
    answer: expect.objectContaining({ outputs: [output('total', [2], 'INT32', [2, 4])] }),
  },
  ...CARRIED.map(([datatype, data]): Pair => ({
    rule: `${datatype} is carried both ways`,
    path: DATATYPES,
    body: typed(datatype, data),
    message: 'inference',
    answer: expect.objectContaining({ outputs: [output('y', [data.length], datatype, data)] }),
  })),
  ...REFUSED.map(([datatype, value, code]): Pair => ({
    rule: `${datatype} refuses ${JSON.stringify(value)}`,
    path: DATATYPES,
    body: typed(datatype, [value]),
    status: 400,
    message: 'error',
    answer: refusal(detail('/inputs/0/data/0', code)),
  })),
  {
    rule: 'FP16 is not JSON',
    path: DATATYPES,
    body: typed('FP16', [1]),
    status: 400,
    message: 'error',
    answer: refusal(detail('/inputs/0/data', 'not-allowed')),
  },
  {
    rule: 'rows of named features: a tensor per column',
    path: CAR,
    body: { parameters: { content_type: 'pd' }, inputs: columns, outputs: [{ name: 'class' }, { name: 'label' }] },
    message: 'inference',
    answer: expect.objectContaining({
      outputs: [output('class', [1], 'INT32', [1]), output('label', [1], 'BYTES', ['acc'])],
    }),
  },
  {
    rule: 'a column may be [rows,1]',
    path: CAR,
    body: { inputs: columns.map((column) => ({ ...column, shape: [1, 1] })), outputs: [{ name: 'class' }] },
    message: 'inference',
  },
  {
    rule: 'a category may be sent as the number that it is',
    path: CAR,
    body: { inputs: spoilt('doors', { datatype: 'INT64', data: [4] }), outputs: [{ name: 'label' }] },
    message: 'inference',
    answer: expect.objectContaining({ outputs: [output('label', [1], 'BYTES', ['acc'])] }),
  },
  {
    rule: 'rows as the encoded matrix',
    path: CAR,
    body: {
      inputs: [{ name: 'encoded', shape: [1, 21], datatype: 'FP32', data: MATRIX }],
      outputs: [{ name: 'label' }],
    },
    message: 'inference',
    answer: expect.objectContaining({ outputs: [output('label', [1], 'BYTES', ['acc'])] }),
  },
  {
    rule: 'a matrix that encodes no row is refused, column by column',
    path: CAR,
    body: { inputs: [{ name: 'encoded', shape: [1, 21], datatype: 'FP32', data: MATRIX.with(1, 1).with(20, 0) }] },
    status: 400,
    message: 'error',
    answer: refusal(detail('/inputs/0/data/0', 'not-allowed'), detail('/inputs/0/data/18', 'not-allowed')),
  },
  {
    rule: 'every bad value of every column is named',
    path: CAR,
    body: { inputs: spoilt('buying', { data: ['hihg'] }).map((c) => (c.name === 'doors' ? { ...c, data: ['7'] } : c)) },
    status: 400,
    message: 'error',
    answer: refusal(
      detail('/inputs/0/data/0', 'not-allowed', expect.stringContaining('did you mean "high"?')),
      detail('/inputs/2/data/0', 'not-allowed'),
    ),
  },
  {
    rule: 'a column of the wrong datatype is refused',
    path: CAR,
    body: { inputs: spoilt('buying', { datatype: 'FP32', data: [1] }) },
    status: 400,
    message: 'error',
    answer: refusal(detail('/inputs/0/datatype', 'wrong-type')),
  },
  {
    rule: 'a missing column is refused',
    path: CAR,
    body: { inputs: columns.slice(1) },
    status: 400,
    message: 'error',
    answer: refusal(detail('/inputs', 'required', expect.stringContaining('"buying"'))),
  },
  {
    rule: 'columns of different lengths are refused',
    path: CAR,
    body: { inputs: spoilt('safety', { shape: [2], data: ['low', 'high'] }) },
    status: 400,
    message: 'error',
    answer: refusal(detail('/inputs/5/shape', 'not-allowed')),
  },
  {
    rule: 'classification answers the largest values with index and label',
    path: CAR,
    body: { inputs: columns, outputs: [{ name: 'probabilities', parameters: { classification: 2 } }] },
    message: 'inference',
    answer: expect.objectContaining({
      outputs: [output('probabilities', [1, 2], 'BYTES', ['0.999999:1:acc', '0.000001:0:unacc'])],
    }),
  },
  {
    rule: 'classification of text is refused',
    path: CAR,
    body: { inputs: columns, outputs: [{ name: 'label', parameters: { classification: 1 } }] },
    status: 400,
    message: 'error',
    answer: expect.objectContaining({ error: expect.stringContaining('class result not available for output') }),
  },
  {
    rule: 'raw inputs stand behind the JSON, in their order',
    path: SIMPLE,
    ...binary({ inputs: [rawFour('INPUT0'), rawFour('INPUT1')] }, int32s(5, 6, 7, 8), int32s(1, 2, 3, 4)),
    message: 'inference',
    answer: expect.objectContaining({
      outputs: [output('OUTPUT0', [1, 4], 'INT32', [6, 8, 10, 12]), output('OUTPUT1', [1, 4], 'INT32', [4, 4, 4, 4])],
    }),
  },
  {
    rule: 'raw and JSON inputs may be mixed',
    path: SIMPLE,
    ...binary({ inputs: [four('INPUT0'), rawFour('INPUT1')] }, int32s(1, 2, 3, 4)),
    message: 'inference',
  },
  {
    rule: 'raw FP16 is read',
    path: DATATYPES,
    ...binary(
      {
        parameters: { signature_name: 'FP16' },
        inputs: [{ name: 'x', shape: [2], datatype: 'FP16', parameters: { binary_data_size: 4 } }],
      },
      Buffer.of(0x00, 0x3e, 0x00, 0xc0),
    ),
    status: 400,
    message: 'error',
    answer: expect.objectContaining({ error: expect.stringContaining('ask for it with binary_data') }),
  },
  {
    rule: 'raw INT64 beyond the model is refused',
    path: DATATYPES,
    ...binary(
      {
        parameters: { signature_name: 'INT64' },
        inputs: [{ name: 'x', shape: [1], datatype: 'INT64', parameters: { binary_data_size: 8 } }],
      },
      Buffer.of(0, 0, 0, 0, 0, 0, 0, 0x7f),
    ),
    status: 400,
    message: 'error',
    answer: refusal(detail('/inputs/0', 'out-of-range')),
  },
  ...(
    [
      ['too few bytes', 12, int32s(1, 2, 3), '/inputs/0'],
      ['more bytes than there are', 16, int32s(1), '/inputs/0/parameters/binary_data_size'],
      ['a negative size', -1, int32s(1), '/inputs/0/parameters/binary_data_size'],
    ] as const
  ).map(([what, size, bytes, path]): Pair => ({
    rule: `raw data with ${what} is refused`,
    path: SIMPLE,
    ...binary({ inputs: [{ ...rawFour('INPUT0'), parameters: { binary_data_size: size } }, four('INPUT1')] }, bytes),
    status: 400,
    message: 'error',
    answer: refusal(detail(path, expect.any(String) as never)),
  })),
  {
    rule: 'BYTES that break off are refused',
    path: '/v2/models/text/infer',
    ...binary(
      { inputs: [{ name: 'text', shape: [1], datatype: 'BYTES', parameters: { binary_data_size: 6 } }] },
      Buffer.of(9, 0, 0, 0, 65, 66),
    ),
    status: 400,
    message: 'error',
    answer: refusal(detail('/inputs/0', 'too-few', expect.stringContaining('breaks off'))),
  },
  ...['abc', '-1', '99999'].map((header): Pair => ({
    rule: `a header length of ${header} is refused`,
    path: SIMPLE,
    body: JSON.stringify(both),
    headers: { 'inference-header-content-length': header },
    status: 400,
    message: 'error',
  })),
  {
    rule: 'a raw request to a model of two inputs is refused',
    path: SIMPLE,
    body: int32s(1, 2, 3, 4),
    headers: { 'inference-header-content-length': '0' },
    status: 400,
    message: 'error',
    answer: { error: 'A raw request cannot be read: the model must have one input, but it has 2.' },
  },
  {
    rule: 'a body may be compressed with gzip',
    path: SIMPLE,
    body: gzipSync(JSON.stringify(both)),
    headers: { 'content-encoding': 'gzip' },
    message: 'inference',
  },
  {
    rule: 'a body may be compressed with deflate',
    path: SIMPLE,
    body: deflateSync(JSON.stringify(both)),
    headers: { 'content-encoding': 'deflate' },
    message: 'inference',
  },
  {
    rule: 'an answer is compressed where the client takes it',
    path: SIMPLE,
    body: both,
    headers: { 'accept-encoding': 'gzip' },
    message: 'inference',
    answerHeaders: { 'content-encoding': 'gzip' },
  },
  {
    rule: 'an answer is deflated where the client takes only that',
    path: SIMPLE,
    body: both,
    headers: { 'accept-encoding': 'deflate' },
    message: 'inference',
    answerHeaders: { 'content-encoding': 'deflate' },
  },
  {
    rule: 'values that decide on the shape of the answer are answered',
    path: '/v2/models/positions/infer',
    body: { inputs: [{ name: 'mask', shape: [4], datatype: 'BOOL', data: [false, true, true, false] }] },
    message: 'inference',
    answer: expect.objectContaining({ outputs: [output('positions', [2, 1], 'INT32', [1, 2])] }),
  },
  {
    rule: 'a request that calls itself octets is read',
    path: SIMPLE,
    body: JSON.stringify(both),
    headers: { 'content-type': 'application/octet-stream' },
    message: 'inference',
  },
  {
    rule: 'an empty list of outputs means all of them',
    path: SIMPLE,
    body: { ...both, outputs: [] },
    message: 'inference',
    answer: expect.objectContaining({ outputs: [expect.anything(), expect.anything()] }),
  },
  {
    rule: 'inputs that the model cannot join are refused',
    path: SIMPLE,
    body: {
      inputs: [
        { ...four('INPUT0', Array(8).fill(1)), shape: [2, 4] },
        { ...four('INPUT1', Array(12).fill(1)), shape: [3, 4] },
      ],
    },
    status: 400,
    message: 'error',
  },
  {
    rule: 'a repeated output is refused',
    path: SIMPLE,
    body: { ...both, outputs: [{ name: 'OUTPUT0' }, { name: 'OUTPUT0' }] },
    status: 400,
    message: 'error',
    answer: refusal(detail('/outputs/1/name', 'duplicate')),
  },
  {
    rule: 'an object as a parameter is refused',
    path: SIMPLE,
    body: { ...both, parameters: { a: {} } },
    status: 400,
    message: 'error',
    answer: refusal(detail('/parameters/a', 'wrong-type')),
  },
  {
    rule: 'more rows than one request may have are refused',
    path: SIMPLE,
    body: {
      inputs: ['INPUT0', 'INPUT1'].map((name) => ({
        name,
        shape: [101, 4],
        datatype: 'INT32',
        data: Array(404).fill(1),
      })),
    },
    status: 400,
    message: 'error',
    answer: refusal(detail('/inputs', 'too-many')),
  },
  {
    rule: 'a truncated body is refused',
    path: SIMPLE,
    body: JSON.stringify(both).slice(0, -10),
    status: 400,
    message: 'error',
  },
  {
    rule: 'an unknown model is refused in the words that clients look for',
    path: '/v2/models/nope/infer',
    body: both,
    status: 404,
    message: 'error',
    answer: { error: 'Request for unknown model: There is no model "nope".' },
  },
  {
    rule: 'an unknown path is refused',
    path: '/v2/nope',
    status: 404,
    message: 'error',
    answer: { error: 'Not Found' },
  },
  {
    rule: 'a wrong method is refused',
    path: SIMPLE,
    status: 405,
    message: 'error',
    answerHeaders: { allow: 'POST' },
  },
  {
    rule: 'the repository is closed while the admin API is off',
    method: 'POST',
    path: '/v2/repository/index',
    status: 501,
    message: 'error',
  },
];
