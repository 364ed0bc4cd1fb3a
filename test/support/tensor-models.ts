import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BoundTensor, TensorFunction } from '../../src/core/signature.js';
import { carrierOf, DATATYPES, type Datatype } from '../../src/core/tensor.js';
import type { GoldenTensor, TensorGolden, TensorManifest } from '../../src/model/package/tensor-manifest.js';
import { writePackage } from '../../src/model/package/writer.js';

type GraphType = 'DT_FLOAT' | 'DT_INT32' | 'DT_BOOL' | 'DT_STRING';

interface GraphNode {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr: object;
}

interface Weight {
  readonly name: string;
  readonly value: number;
}

/** A model small enough to be written down. */
interface TensorModel {
  readonly name: string;
  readonly version: string;
  readonly nodes: readonly GraphNode[];
  readonly weights: readonly Weight[];
  readonly functions: Readonly<Record<string, TensorFunction>>;
  readonly golden: TensorGolden['records'];
}

const GRAPH_TYPES = { float32: 'DT_FLOAT', int32: 'DT_INT32', bool: 'DT_BOOL', string: 'DT_STRING' } as const;

const placeholder = (name: string, type: GraphType): GraphNode => ({
  name,
  op: 'Placeholder',
  attr: { dtype: { type }, shape: { shape: { unknownRank: true } } },
});
const constant = (name: string): GraphNode => ({
  name,
  op: 'Const',
  attr: { dtype: { type: 'DT_FLOAT' }, value: { tensor: { dtype: 'DT_FLOAT', tensorShape: {} } } },
});
const operation = (name: string, op: string, type: GraphType, ...input: string[]): GraphNode => ({
  name,
  op,
  input,
  attr: { T: { type } },
});
const tensor = (name: string, datatype: Datatype, shape: number[] | null, node: string): BoundTensor => ({
  name,
  datatype,
  shape,
  node,
});
const predict = (inputs: BoundTensor[], outputs: BoundTensor[]): TensorFunction => ({
  method: 'predict',
  inputs,
  outputs,
});
const base64 = (text: string) => Buffer.from(text).toString('base64');

/** One input, one output, the same: FP32 of any two dimensions. */
const IDENTITY: TensorModel = {
  name: 'identity',
  version: '1.0.0',
  nodes: [placeholder('x', 'DT_FLOAT'), operation('y', 'Identity', 'DT_FLOAT', 'x')],
  weights: [],
  functions: {
    serving_default: predict([tensor('INPUT0', 'FP32', [-1, -1], 'x')], [tensor('OUTPUT0', 'FP32', [-1, -1], 'y')]),
  },
  golden: [same('serving_default', 'INPUT0', 'OUTPUT0', { shape: [1, 2], data: [1.5, -2] })],
};

/** Two inputs, two outputs: their sum and their difference. */
const SIMPLE: TensorModel = {
  name: 'simple',
  version: '3.1.0',
  nodes: [
    placeholder('a', 'DT_INT32'),
    placeholder('b', 'DT_INT32'),
    operation('sum', 'AddV2', 'DT_INT32', 'a', 'b'),
    operation('difference', 'Sub', 'DT_INT32', 'a', 'b'),
  ],
  weights: [],
  functions: {
    serving_default: predict(
      [tensor('INPUT0', 'INT32', [-1, 4], 'a'), tensor('INPUT1', 'INT32', [-1, 4], 'b')],
      [tensor('OUTPUT0', 'INT32', [-1, 4], 'sum'), tensor('OUTPUT1', 'INT32', [-1, 4], 'difference')],
    ),
    sum: predict(
      [tensor('left', 'INT32', [-1], 'a'), tensor('right', 'INT32', [-1], 'b')],
      [tensor('total', 'INT32', [-1], 'sum')],
    ),
  },
  golden: [
    {
      function: 'serving_default',
      inputs: { INPUT0: { shape: [1, 4], data: [1, 2, 3, 4] }, INPUT1: { shape: [1, 4], data: [4, 3, 2, 1] } },
      outputs: { OUTPUT0: { shape: [1, 4], data: [5, 5, 5, 5] }, OUTPUT1: { shape: [1, 4], data: [-3, -1, 1, 3] } },
    },
  ],
};

/** Text in, the same text out; once as text and once as bytes. */
const TEXT: TensorModel = {
  name: 'text',
  version: '1.0.0',
  nodes: [placeholder('x', 'DT_STRING'), operation('y', 'Identity', 'DT_STRING', 'x')],
  weights: [],
  functions: {
    serving_default: predict([tensor('text', 'BYTES', [-1], 'x')], [tensor('echo', 'BYTES', [-1], 'y')]),
    bytes: predict([tensor('text_bytes', 'BYTES', [-1], 'x')], [tensor('echo_bytes', 'BYTES', [-1], 'y')]),
  },
  golden: [same('serving_default', 'text', 'echo', { shape: [2], data: [base64('häuser'), base64('')] })],
};

/** y = x / 2 + 2, as a prediction, a regression and a classification. */
const HALF_PLUS_TWO: TensorModel = {
  name: 'half_plus_two',
  version: '123.0.0',
  nodes: [
    placeholder('x', 'DT_FLOAT'),
    constant('half'),
    constant('two'),
    operation('product', 'Mul', 'DT_FLOAT', 'x', 'half'),
    operation('y', 'AddV2', 'DT_FLOAT', 'product', 'two'),
  ],
  weights: [
    { name: 'half', value: 0.5 },
    { name: 'two', value: 2 },
  ],
  functions: {
    serving_default: predict([tensor('x', 'FP32', [-1], 'x')], [tensor('y', 'FP32', [-1], 'y')]),
    any_rank: predict([tensor('x', 'FP32', null, 'x')], [tensor('y', 'FP32', null, 'y')]),
    regress_x_to_y: {
      method: 'regress',
      inputs: [tensor('x', 'FP32', [-1, 1], 'x')],
      outputs: [tensor('outputs', 'FP32', [-1, 1], 'y')],
    },
    classify_x_to_y: {
      method: 'classify',
      inputs: [tensor('x', 'FP32', [-1, 1], 'x')],
      outputs: [tensor('scores', 'FP32', [-1, 1], 'y')],
    },
  },
  golden: [
    {
      function: 'serving_default',
      inputs: { x: { shape: [3], data: [1, 2, 5] } },
      outputs: { y: { shape: [3], data: [2.5, 3, 4.5] } },
    },
  ],
};

/** An identity function for each datatype of the protocol, named like it; FP32 is the default one. */
const DATATYPE_MODEL: TensorModel = {
  name: 'datatypes',
  version: '1.0.0',
  nodes: Object.entries(GRAPH_TYPES).flatMap(([carrier, type]) => [
    placeholder(carrier, type),
    operation(`${carrier}_out`, 'Identity', type, carrier),
  ]),
  weights: [],
  functions: {
    serving_default: identityOf('FP32'),
    ...Object.fromEntries(DATATYPES.map((datatype) => [datatype, identityOf(datatype)])),
  },
  golden: [same('INT8', 'x', 'y', { shape: [2], data: [-128, 127] })],
};

/** Where a mask is true: the shape of the answer depends on the values, so the graph runs asynchronously. */
const POSITIONS: TensorModel = {
  name: 'positions',
  version: '1.0.0',
  nodes: [placeholder('mask', 'DT_BOOL'), operation('where', 'Where', 'DT_BOOL', 'mask')],
  weights: [],
  functions: {
    serving_default: predict([tensor('mask', 'BOOL', [-1], 'mask')], [tensor('positions', 'INT32', [-1, 1], 'where')]),
  },
  golden: [
    {
      function: 'serving_default',
      inputs: { mask: { shape: [3], data: [true, false, true] } },
      outputs: { positions: { shape: [2, 1], data: [0, 2] } },
    },
  ],
};

export const TENSOR_MODELS = [IDENTITY, SIMPLE, TEXT, HALF_PLUS_TWO, DATATYPE_MODEL, POSITIONS];

function identityOf(datatype: Datatype): TensorFunction {
  const carrier = carrierOf(datatype);
  return predict([tensor('x', datatype, [-1], carrier)], [tensor('y', datatype, [-1], `${carrier}_out`)]);
}

function same(called: string, input: string, output: string, value: GoldenTensor): TensorGolden['records'][number] {
  return { function: called, inputs: { [input]: value }, outputs: { [output]: value } };
}

/** Writes the models of the contract tests into `folder`, or into a new one; resolves to it. */
export async function writeTensorModels(folder?: string, models = TENSOR_MODELS): Promise<string> {
  const target = folder ?? (await mkdtemp(join(tmpdir(), 'tensornest-tensors-')));
  for (const model of models) await writeTensorModel(target, model);
  return target;
}

async function writeTensorModel(folder: string, { name, version, ...model }: TensorModel): Promise<void> {
  const weights = Float32Array.from(model.weights, ({ value }) => value);
  const specs = model.weights.map((weight) => ({ name: weight.name, shape: [], dtype: 'float32' }));
  await writePackage<TensorManifest>(folder, {
    manifest: {
      name,
      version,
      title: name,
      description: `The contract tests' model ${name}.`,
      licence: 'MIT',
      task: 'tensors',
      signature: { kind: 'tensor', functions: structuredClone(model.functions) as never },
      runtime: { format: 'graph-model', backends: ['wasm', 'cpu', 'tensorflow'] },
    },
    modelJson: {
      format: 'graph-model',
      modelTopology: { node: model.nodes, library: {}, versions: {} },
      weightsManifest: [{ paths: ['weights.bin'], weights: specs }],
    },
    weights: new Uint8Array(weights.buffer),
    golden: { records: model.golden },
    card: `# ${name}\n`,
  });
}
