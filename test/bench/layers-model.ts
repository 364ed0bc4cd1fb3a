import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface DenseLayer {
  readonly name: string;
  readonly inputs: number;
  readonly units: number;
  readonly activation: string;
  /** inputs x units, row by row. */
  readonly kernel: Float32Array;
  readonly bias: Float32Array;
}

interface Topology {
  readonly config: {
    readonly layers: readonly { class_name: string; config: { name: string; activation?: string } }[];
  };
}
interface ModelJson {
  readonly modelTopology: Topology | { readonly model_config: Topology };
  readonly weightsManifest: readonly { paths: string[]; weights: { name: string; shape: number[]; dtype: string }[] }[];
}

/** Layers that answer with their input when a model is served. */
const TRANSPARENT = ['InputLayer', 'Dropout'];

/** The chain of dense layers of a TensorFlow.js layers model; anything else is refused. */
export function readDenseLayers(folder: string): DenseLayer[] {
  const { modelTopology, weightsManifest } = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8')) as ModelJson;
  const { config } = 'model_config' in modelTopology ? modelTopology.model_config : modelTopology;
  const weights = readWeights(folder, weightsManifest);
  const layers = config.layers.filter((layer) => !TRANSPARENT.includes(layer.class_name));
  return layers.map(({ class_name, config: { name, activation = 'linear' } }) => {
    const [kernel, bias] = [weights.get(`${name}/kernel`), weights.get(`${name}/bias`)];
    const [inputs, units] = kernel?.shape ?? [];
    if (class_name !== 'Dense' || kernel === undefined || bias === undefined || !inputs || !units) {
      throw new Error(`${name}: only dense layers with a bias can be exported.`);
    }
    return { name, inputs, units, activation, kernel: kernel.data, bias: bias.data };
  });
}

function readWeights(folder: string, manifest: ModelJson['weightsManifest']) {
  const found = new Map<string, { shape: number[]; data: Float32Array }>();
  for (const { paths, weights } of manifest) {
    const bytes = Buffer.concat(paths.map((path) => readFileSync(join(folder, path))));
    let at = 0;
    for (const { name, shape, dtype } of weights) {
      if (dtype !== 'float32') throw new Error(`${name}: only float32 weights can be exported.`);
      const length = 4 * shape.reduce((product, size) => product * size, 1);
      found.set(name, { shape, data: new Float32Array(new Uint8Array(bytes.subarray(at, at + length)).buffer) });
      at += length;
    }
  }
  return found;
}

/** The probabilities of one encoded row, in double precision: the reference for what a runtime answers. */
export function forward(layers: readonly DenseLayer[], row: readonly number[]): number[] {
  return layers.reduce<readonly number[]>((input, { units, activation, kernel, bias }) => {
    const sums = Array.from({ length: units }, (_, unit) => bias[unit] ?? NaN);
    input.forEach((value, index) => {
      if (value === 0) return;
      for (let unit = 0; unit < units; unit += 1) {
        sums[unit] = (sums[unit] ?? NaN) + value * (kernel[index * units + unit] ?? NaN);
      }
    });
    return activate(activation, sums);
  }, row) as number[];
}

function activate(activation: string, values: number[]): number[] {
  if (activation === 'linear') return values;
  if (activation === 'relu') return values.map((value) => Math.max(0, value));
  if (activation !== 'softmax') throw new Error(`${activation}: no such activation here.`);
  const top = Math.max(...values);
  const powers = values.map((value) => Math.exp(value - top));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}
