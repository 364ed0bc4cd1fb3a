import type { ModelArtifacts } from '../../core/ports/inference-backend.js';
import { layerPlaces, type ModelJson } from '../../model/package/model-json.js';
import { layOutWeights } from '../../model/package/weights.js';
import {
  type AddedWeight,
  bytesOf,
  freeName,
  type InputColumns,
  selection,
  specOf,
  twoOfOne,
} from './added-weights.js';
import type { OutputKind } from './judge-output.js';
import type { KerasLayer, KerasModel, TensorPlace } from './keras-topology.js';

/** Changes a layers model that `readTfjs` has read. */
export class LayersSurgery {
  private readonly modelJson: ModelJson;
  private readonly bytes: Uint8Array;
  private readonly added: AddedWeight[] = [];
  private readonly model: KerasModel;
  private layers: readonly KerasLayer[];
  private inputs: KerasModel['config']['input_layers'];
  private outputs: KerasModel['config']['output_layers'];

  constructor({ modelJson, weights }: ModelArtifacts) {
    this.modelJson = modelJson as ModelJson;
    this.bytes = new Uint8Array(weights);
    this.model = this.modelJson.modelTopology as unknown as KerasModel;
    const { layers, input_layers: inputs, output_layers: outputs } = this.model.config;
    [this.layers, this.inputs, this.outputs] = [layers, inputs, outputs];
  }

  /** Each input becomes a dense layer that takes its columns from the row. */
  joinInputs(width: number, inputs: readonly InputColumns[]): void {
    const row = this.free('row');
    const byName = new Map(inputs.map((input) => [input.name, input]));
    const first: KerasLayer = {
      class_name: 'InputLayer',
      name: row,
      config: { name: row, batch_input_shape: [null, width], dtype: 'float32' },
      inbound_nodes: [],
    };
    const selecting = this.layers.map((layer): KerasLayer => {
      const input = byName.get(layer.name);
      if (input === undefined) return layer;
      this.added.push(selection(`${layer.name}/kernel`, width, input));
      const units = input.to - input.from;
      return dense(layer.name, { units, use_bias: false, trainable: false }, [[row, 0, 0, {}]]);
    });
    this.layers = [first, ...selecting];
    this.inputs = [[row, 0, 0]];
  }

  giveBoth(kind: OutputKind): void {
    const name = this.free('both_classes');
    this.added.push(...twoOfOne(kind, `${name}/kernel`, `${name}/bias`));
    this.append(dense(name, { units: 2, activation: kind === 'logits' ? 'softmax' : 'linear' }));
  }

  /** A last dense layer takes the softmax itself, which keeps a chain of dense layers one. */
  giveProbabilities(): void {
    const last = this.layers.at(-1)!;
    const alone = this.outputs === undefined || (this.outputs[0]![0] === last.name && !this.isTaken(last.name));
    if (alone && last.class_name === 'Dense' && (last.config.activation ?? 'linear') === 'linear') {
      this.layers = [...this.layers.slice(0, -1), { ...last, config: { ...last.config, activation: 'softmax' } }];
      return;
    }
    const name = this.free('probabilities');
    this.append({ class_name: 'Activation', name, config: { name, activation: 'softmax' } });
  }

  done(): ModelArtifacts {
    const { config } = this.model;
    const modelTopology = {
      ...this.model,
      config: {
        ...config,
        layers: this.layers,
        ...(this.inputs === undefined ? {} : { input_layers: this.inputs }),
        ...(this.outputs === undefined ? {} : { output_layers: this.outputs }),
      },
    };
    const places = layerPlaces(modelTopology);
    const own = layOutWeights(this.modelJson.weightsManifest.flatMap(({ weights }) => weights));
    const tensors = [
      ...own.map(({ spec, from, to }) => ({ spec, bytes: this.bytes.subarray(from, to) })),
      ...this.added.map((weight) => ({ spec: specOf(weight), bytes: bytesOf(weight) })),
    ].map((tensor) => ({ ...tensor, place: placeOf(tensor.spec.name, places) }));
    tensors.sort((one, other) => one.place - other.place);
    const weightsManifest = [{ paths: ['weights.bin'], weights: tensors.map(({ spec }) => spec) }];
    return {
      format: 'layers-model',
      modelJson: { ...this.modelJson, modelTopology, weightsManifest },
      weights: new Uint8Array(Buffer.concat(tensors.map(({ bytes }) => bytes))).buffer,
    };
  }

  private append(layer: KerasLayer): void {
    if (this.outputs === undefined) {
      this.layers = [...this.layers, layer];
      return;
    }
    const [from, call, output] = this.outputs[0]!;
    this.layers = [...this.layers, { ...layer, inbound_nodes: [[[from, call, output, {}]]] }];
    this.outputs = [[layer.name, 0, 0]];
  }

  private isTaken(name: string): boolean {
    return this.layers.some(({ inbound_nodes: calls = [] }) => calls.flat().some(([layer]) => layer === name));
  }

  private free(wanted: string): string {
    return freeName(wanted, new Set([...layerPlaces({ ...this.model }).keys()]));
  }
}

function dense(name: string, more: object, from?: readonly TensorPlace[]): KerasLayer {
  const initialisers = { kernel_initializer: { class_name: 'Zeros', config: {} } };
  return {
    class_name: 'Dense',
    name,
    config: { name, activation: 'linear', use_bias: true, ...initialisers, ...more },
    ...(from === undefined ? {} : { inbound_nodes: [from] }),
  };
}

/** Of the layer whose weight it is; those of no layer come last. */
function placeOf(weight: string, places: ReadonlyMap<string, number>): number {
  const steps = weight.split('/');
  for (let to = steps.length - 1; to > 0; to -= 1) {
    const place = places.get(steps.slice(0, to).join('/'));
    if (place !== undefined) return place;
  }
  return Infinity;
}
