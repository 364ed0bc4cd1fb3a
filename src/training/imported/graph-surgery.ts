import type { ModelArtifacts } from '../../core/ports/inference-backend.js';
import type { TensorFunction } from '../../core/signature.js';
import type { ModelJson } from '../../model/package/model-json.js';
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
import type { Json } from './keras-topology.js';

/** An operation of a graph, as TensorFlow writes it in JSON. */
interface GraphNode {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr?: Json;
}

/** A tensor of a graph's own signature. */
interface GraphTensor {
  readonly name: string;
  readonly dtype: string;
  readonly tensorShape: Json;
}

const FLOAT = { type: 'DT_FLOAT' };

/** Changes a graph model. */
export class GraphSurgery {
  private readonly modelJson: ModelJson;
  private readonly bytes: Uint8Array;
  private readonly added: AddedWeight[] = [];
  private nodes: readonly GraphNode[];
  private inputs: Record<string, GraphTensor>;
  private outputs: Record<string, GraphTensor>;

  constructor({ modelJson, weights }: ModelArtifacts, called: TensorFunction) {
    this.modelJson = modelJson as ModelJson;
    this.bytes = new Uint8Array(weights);
    this.nodes = (this.modelJson.modelTopology as { node: readonly GraphNode[] }).node;
    const { signature } = this.modelJson as {
      signature?: Partial<Record<'inputs' | 'outputs', Record<string, GraphTensor>>>;
    };
    const tensors = (specs: TensorFunction['inputs']) =>
      Object.fromEntries(specs.map(({ name, shape }) => [name, tensorOf(name, shape ?? [])]));
    this.inputs = signature?.inputs ?? tensors(called.inputs);
    this.outputs = signature?.outputs ?? tensors(called.outputs);
  }

  /** Each placeholder becomes a product that takes its columns from the row. */
  joinInputs(width: number, inputs: readonly InputColumns[]): void {
    const row = this.free('row');
    const replaced = new Map(
      inputs.map((input): [string, GraphNode] => {
        const node = nodeOf(this.inputs[input.name]!.name);
        const columns = this.add(selection(this.free(`${node}/columns`), width, input));
        return [node, product(node, row, columns)];
      }),
    );
    const placeholder = {
      name: row,
      op: 'Placeholder',
      attr: { dtype: FLOAT, shape: { shape: shapeOf([-1, width]) } },
    };
    this.nodes = [placeholder, ...this.nodes.map((node) => replaced.get(node.name) ?? node)];
    this.inputs = { [row]: tensorOf(`${row}:0`, [-1, width]) };
  }

  giveBoth(kind: OutputKind): void {
    const name = this.free('both_classes');
    const [kernel, bias] = twoOfOne(kind, `${name}/kernel`, `${name}/bias`).map((weight) => this.add(weight));
    const sum = { name: `${name}/sum`, op: 'BiasAdd', input: [`${name}/product`, bias!], attr: { T: FLOAT } };
    this.nodes = [...this.nodes, product(`${name}/product`, this.output(), kernel!), sum];
    this.answer(sum.name, 2);
    if (kind === 'logits') this.giveProbabilities(2);
  }

  giveProbabilities(outputs: number): void {
    const name = this.free('probabilities');
    this.nodes = [...this.nodes, { name, op: 'Softmax', input: [this.output()], attr: { T: FLOAT } }];
    this.answer(name, outputs);
  }

  done(): ModelArtifacts {
    const { weightsManifest, userDefinedMetadata: _, ...rest } = this.modelJson;
    const own = weightsManifest.flatMap(({ weights }) => weights);
    return {
      format: 'graph-model',
      modelJson: {
        ...rest,
        modelTopology: { ...this.modelJson.modelTopology, node: this.nodes },
        weightsManifest: [{ paths: ['weights.bin'], weights: [...own, ...this.added.map(specOf)] }],
        signature: { inputs: this.inputs, outputs: this.outputs },
      },
      weights: new Uint8Array(Buffer.concat([this.bytes, ...this.added.map(bytesOf)])).buffer,
    };
  }

  /** What the last operation is called where others take it: the first output without its number. */
  private output(): string {
    const [name = '', place = '0'] = Object.values(this.outputs)[0]!.name.split(':');
    return place === '0' ? name : `${name}:${place}`;
  }

  private answer(node: string, width: number): void {
    const [key] = Object.keys(this.outputs);
    this.outputs = { [key!]: tensorOf(`${node}:0`, [-1, width]) };
  }

  private add(weight: AddedWeight): string {
    this.added.push(weight);
    const value = { tensor: { dtype: 'DT_FLOAT', tensorShape: shapeOf(weight.shape) } };
    this.nodes = [...this.nodes, { name: weight.name, op: 'Const', attr: { dtype: FLOAT, value } }];
    return weight.name;
  }

  private free(wanted: string): string {
    return freeName(wanted, new Set(this.nodes.map(({ name }) => name)));
  }
}

function product(name: string, left: string, right: string): GraphNode {
  const attr = { T: FLOAT, transpose_a: { b: false }, transpose_b: { b: false } };
  return { name, op: 'MatMul', input: [left, right], attr };
}

function nodeOf(tensor: string): string {
  return tensor.split(':')[0]!;
}

function tensorOf(name: string, shape: readonly number[]): GraphTensor {
  return { name, dtype: 'DT_FLOAT', tensorShape: shapeOf(shape) };
}

function shapeOf(shape: readonly number[]): Json {
  return { dim: shape.map((size) => ({ size: String(size) })) };
}
