import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

type Json = Record<string, any>;

/** A weight of a layer, row-major. */
export interface Weight {
  readonly layer: string;
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: readonly number[];
  readonly dtype?: 'int32';
}

export interface KerasModelFiles {
  readonly modelJson: Json;
  /** By the name of the shard. */
  readonly shards: ReadonlyMap<string, Uint8Array>;
}

export interface DenseLayer {
  readonly name: string;
  readonly units: number;
  readonly activation: string;
}

export type KerasVersion = 2 | 3;

/** A layer that takes a mean away and divides by a deviation: adapted to rows, or given both when it was made. */
export interface NormalizationLayer {
  readonly mean: readonly number[];
  readonly variance: readonly number[];
  readonly form: 'adapted' | 'given';
  /** One mean for all columns. @default false */
  readonly alone?: boolean;
}

/** What a number of Keras' random weights would be; the same name gives the same numbers. */
export function weightsOf(layer: string, inputs: number, units: number): Weight[] {
  const value = (seed: number) => Math.fround(Math.sin(seed * 12.9898 + layer.length + layer.charCodeAt(0)) * 0.9);
  const kernel = Array.from({ length: inputs * units }, (_, at) => value(at + 1));
  const bias = Array.from({ length: units }, (_, at) => value(at + 1_000));
  return [
    { layer, name: 'kernel', shape: [inputs, units], values: kernel },
    { layer, name: 'bias', shape: [units], values: bias },
  ];
}

/** A sequential classifier of dense layers, as `tensorflowjs_converter` writes it from Keras 2 or 3. */
export function sequentialModel(
  inputs: number,
  layers: readonly DenseLayer[],
  keras: KerasVersion,
  normalization?: NormalizationLayer,
): KerasModelFiles {
  const widths = [inputs, ...layers.map(({ units }) => units)];
  const [normalizing, statistics] = normalization === undefined ? [[], []] : normalizationLayer(normalization, keras);
  const weights = [...statistics, ...layers.flatMap(({ name, units }, at) => weightsOf(name, widths[at]!, units))];
  const config = {
    name: 'sequential',
    layers: [
      inputLayer('dense_input', inputs, keras),
      ...normalizing,
      ...layers.map((layer) => denseLayer(layer, keras)),
    ],
    ...(keras === 3 ? { trainable: true, build_input_shape: [null, inputs], dtype: dtypeOf(keras) } : {}),
  };
  return converted({ class_name: 'Sequential', config }, weights, keras, 'sequential');
}

/** A functional classifier with an input for each column, a dense layer after their concatenation, and one of `units` after that. */
export function functionalModel(
  inputs: readonly { readonly name: string; readonly width: number }[],
  { units, activation }: { readonly units: number; readonly activation: string },
  keras: KerasVersion,
): KerasModelFiles {
  const width = inputs.reduce((sum, input) => sum + input.width, 0);
  const call = (layer: string) => callOf([layer], keras);
  const hidden = denseLayer({ name: 'hidden', units: 4, activation: 'relu' }, keras);
  const output = denseLayer({ name: 'answer', units, activation }, keras);
  const concatenate = { class_name: 'Concatenate', config: { name: 'concatenate', axis: -1, dtype: dtypeOf(keras) } };
  const places = inputs.map(({ name }) => [name, 0, 0]);
  const config = {
    name: 'functional',
    layers: [
      ...inputs.map((input) => ({ ...named(inputLayer(input.name, input.width, keras)), inbound_nodes: [] })),
      { ...named(concatenate), inbound_nodes: callOf(inputs.map(({ name }) => name), keras) }, // prettier-ignore
      { ...named(hidden), inbound_nodes: call('concatenate') },
      { ...named(output), inbound_nodes: call('hidden') },
    ],
    input_layers: places,
    // Keras 3 writes one output without a list around it.
    output_layers: keras === 3 ? ['answer', 0, 0] : [['answer', 0, 0]],
  };
  const weights = [...weightsOf('hidden', width, 4), ...weightsOf('answer', 4, units)];
  return converted({ class_name: 'Functional', config }, weights, keras, 'functional');
}

/** Two shards, the weights by the names of their layers, as the converter has them. */
function converted(model: Json, weights: readonly Weight[], keras: KerasVersion, name: string): KerasModelFiles {
  const sorted = [...weights].sort((a, b) => (a.layer < b.layer ? -1 : a.layer > b.layer ? 1 : 0));
  const bytes = Buffer.concat(
    sorted.map(({ values, dtype }) => Buffer.from((dtype ? Int32Array : Float32Array).from(values).buffer)),
  );
  const middle = 4 * Math.ceil(bytes.length / 8);
  const paths = ['group1-shard1of2.bin', 'group1-shard2of2.bin'];
  const version = keras === 3 ? '3.13.2' : '2.15.0';
  const prefix = keras === 3 ? `${name}/` : '';
  return {
    modelJson: {
      format: 'layers-model',
      generatedBy: `keras v${version}`,
      convertedBy: 'TensorFlow.js Converter v4.22.0',
      modelTopology: {
        keras_version: version,
        backend: 'tensorflow',
        model_config: model,
        training_config: { loss: 'categorical_crossentropy', metrics: ['accuracy'], optimizer_config: {} },
      },
      weightsManifest: [
        {
          paths,
          weights: sorted.map((weight) => ({
            name: `${prefix}${weight.layer}/${weight.name}`,
            shape: weight.shape,
            dtype: weight.dtype ?? 'float32',
          })),
        },
      ],
    },
    shards: new Map([
      [paths[0]!, bytes.subarray(0, middle)],
      [paths[1]!, bytes.subarray(middle)],
    ]),
  };
}

/** Writes `model.json` and its shards, and resolves to the path of the former. */
export async function writeKerasModel(folder: string, { modelJson, shards }: KerasModelFiles): Promise<string> {
  await mkdir(folder, { recursive: true });
  for (const [name, bytes] of shards) await writeFile(join(folder, name), bytes);
  const file = join(folder, 'model.json');
  await writeFile(file, JSON.stringify(modelJson));
  return file;
}

/** The same dense layers as a graph, as the converter writes it of a SavedModel; an input for each of `inputs`. */
export function graphModel(
  inputs: readonly { readonly name: string; readonly width: number }[],
  layers: readonly DenseLayer[],
): KerasModelFiles {
  const float = { type: 'DT_FLOAT' };
  const shape = (sizes: readonly number[]) => ({ dim: sizes.map((size) => ({ size: String(size) })) });
  const width = inputs.reduce((sum, input) => sum + input.width, 0);
  const widths = [width, ...layers.map(({ units }) => units)];
  const weights = layers.flatMap(({ name, units }, at) => weightsOf(name, widths[at]!, units));
  const operations: Record<string, string> = {
    relu: 'Relu',
    softmax: 'Softmax',
    sigmoid: 'Sigmoid',
    linear: 'Identity',
  };
  const axis = { name: 'axis', shape: [], dtype: 'int32' };
  const nodes = [
    ...inputs.map(({ name, width: size }) => ({
      name,
      op: 'Placeholder',
      attr: { dtype: float, shape: { shape: shape([-1, size]) } },
    })),
    constant(axis.name, 'DT_INT32', shape([])),
    ...weights.map((weight) => constant(`${weight.layer}/${weight.name}`, 'DT_FLOAT', shape(weight.shape))),
    {
      name: 'joined',
      op: 'ConcatV2',
      input: [...inputs.map(({ name }) => name), 'axis'],
      attr: { T: float, N: { i: String(inputs.length) }, Tidx: { type: 'DT_INT32' } },
    },
    ...layers.flatMap(({ name, activation }, at) => [
      { name: `${name}/MatMul`, op: 'MatMul', input: [at === 0 ? 'joined' : `${layers[at - 1]!.name}/out`, `${name}/kernel`], attr: { T: float } }, // prettier-ignore
      { name: `${name}/BiasAdd`, op: 'BiasAdd', input: [`${name}/MatMul`, `${name}/bias`], attr: { T: float } },
      { name: `${name}/out`, op: operations[activation]!, input: [`${name}/BiasAdd`], attr: { T: float } },
    ]),
    { name: 'Identity', op: 'Identity', input: [`${layers.at(-1)!.name}/out`], attr: { T: float } },
  ];
  const tensor = (name: string, sizes: readonly number[]) => ({ name: `${name}:0`, dtype: 'DT_FLOAT', tensorShape: shape(sizes) }); // prettier-ignore
  const bytes = Buffer.concat([
    Buffer.from(Int32Array.of(-1).buffer),
    Buffer.from(new Float32Array(weights.flatMap(({ values }) => values)).buffer),
  ]);
  return {
    modelJson: {
      format: 'graph-model',
      generatedBy: '2.15.0',
      convertedBy: 'TensorFlow.js Converter v4.22.0',
      signature: {
        inputs: Object.fromEntries(inputs.map(({ name, width: size }) => [name, tensor(name, [-1, size])])),
        outputs: { answer: tensor('Identity', [-1, widths.at(-1)!]) },
      },
      modelTopology: { node: nodes, library: {}, versions: { producer: 1645 } },
      weightsManifest: [
        {
          paths: ['group1-shard1of1.bin'],
          weights: [
            axis,
            ...weights.map((weight) => ({
              name: `${weight.layer}/${weight.name}`,
              shape: weight.shape,
              dtype: 'float32',
            })),
          ],
        },
      ],
    },
    shards: new Map([['group1-shard1of1.bin', bytes]]),
  };
}

function constant(name: string, dtype: string, tensorShape: Json): Json {
  return { name, op: 'Const', attr: { dtype: { type: dtype }, value: { tensor: { dtype, tensorShape } } } };
}

/** What the dense layers of the models above answer, in double precision. */
export function answerOf(layers: readonly DenseLayer[], row: readonly number[]): number[] {
  return layers.reduce<number[]>(
    (values, { name, units, activation }) => {
      const [kernel, bias] = weightsOf(name, values.length, units);
      const sums = bias!.values.map((shift, unit) =>
        values.reduce((sum, value, at) => sum + value * kernel!.values[at * units + unit]!, shift),
      );
      return ACTIVATIONS[activation]!(sums);
    },
    [...row],
  );
}

const ACTIVATIONS: Readonly<Record<string, (sums: number[]) => number[]>> = {
  linear: (sums) => sums,
  relu: (sums) => sums.map((sum) => Math.max(0, sum)),
  sigmoid: (sums) => sums.map((sum) => 1 / (1 + Math.exp(-sum))),
  softmax: (sums) => {
    const powers = sums.map((sum) => Math.exp(sum));
    return powers.map((power) => power / powers.reduce((total, one) => total + one, 0));
  },
};

function inputLayer(name: string, width: number, keras: KerasVersion): Json {
  const shape = keras === 3 ? { batch_shape: [null, width] } : { batch_input_shape: [null, width] };
  const more = keras === 3 ? { optional: false } : {};
  return {
    class_name: 'InputLayer',
    config: { ...shape, dtype: 'float32', sparse: false, ragged: false, name, ...more },
  };
}

function normalizationLayer(
  { mean, variance, form, alone = false }: NormalizationLayer,
  keras: KerasVersion,
): [Json[], Weight[]] {
  const layer = 'normalization';
  const shape = alone ? [] : [mean.length];
  const given = (values: readonly number[]) => (form === 'adapted' ? null : alone ? values[0] : values);
  const config = {
    ...{ name: layer, trainable: true, dtype: dtypeOf(keras), axis: alone ? (keras === 3 ? [] : null) : [-1] },
    ...{ invert: false, mean: given(mean), variance: given(variance) },
  };
  const weights: Weight[] = [
    { layer, name: 'mean', shape, values: mean },
    { layer, name: 'variance', shape, values: variance },
    // The converter makes int32 of Keras' int64.
    { layer, name: 'count', shape: [], values: [200], dtype: 'int32' },
  ];
  return [[{ class_name: 'Normalization', config }], form === 'adapted' ? weights : []];
}

function denseLayer({ name, units, activation }: DenseLayer, keras: KerasVersion): Json {
  const described = (module: string, class_name: string, config: Json) =>
    keras === 3 ? { module, class_name, config, registered_name: null } : { class_name, config };
  return {
    ...(keras === 3 ? { module: 'keras.layers', registered_name: null, build_config: { input_shape: [null, 1] } } : {}),
    class_name: 'Dense',
    config: {
      name,
      trainable: true,
      dtype: dtypeOf(keras),
      units,
      activation,
      use_bias: true,
      kernel_initializer: described('keras.initializers', 'GlorotUniform', { seed: null }),
      bias_initializer: described('keras.initializers', 'Zeros', {}),
      // TensorFlow.js does not know it.
      kernel_regularizer: described('keras.regularizers', 'L2', { l2: 0.01 }),
      bias_regularizer: null,
      kernel_constraint: null,
      bias_constraint: null,
      ...(keras === 3 ? { quantization_config: null } : { activity_regularizer: null }),
    },
  };
}

function dtypeOf(keras: KerasVersion): unknown {
  if (keras === 2) return 'float32';
  return { module: 'keras', class_name: 'DTypePolicy', config: { name: 'float32' }, registered_name: null };
}

function named(layer: Json): Json {
  return { ...layer, name: layer.config.name };
}

/** The one call of a layer. */
function callOf(layers: readonly string[], keras: KerasVersion): unknown[] {
  if (keras === 2) return [layers.map((layer) => [layer, 0, 0, {}])];
  const tensors = layers.map((layer) => ({
    class_name: '__keras_tensor__',
    config: { shape: [null, 1], dtype: 'float32', keras_history: [layer, 0, 0] },
  }));
  return [{ args: tensors.length === 1 ? tensors : [tensors], kwargs: {} }];
}
