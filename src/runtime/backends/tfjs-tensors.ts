import type { GraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { reasonOf } from '../../core/errors.js';
import type { ModelArtifacts, OpenTensorModel } from '../../core/ports/inference-backend.js';
import type { BoundTensor } from '../../core/signature.js';
import { carrierOf, type Elements, type Tensor } from '../../core/tensor.js';
import { load } from './tfjs-model.js';

/** Answers the tensors that stand at `nodes`, in their order; they are the caller's to dispose. */
type Forward = (inputs: tf.NamedTensorMap, nodes: string[]) => tf.Tensor[] | Promise<tf.Tensor[]>;

/** Opens a package's model as one of named tensors; a refused model leaves no tensor behind. */
export function openTfjsTensors(artifacts: ModelArtifacts): Promise<OpenTensorModel> {
  return load(artifacts, {
    layers: (model) => toOpenModel(layersForward(model), model),
    graph: (model) => toOpenModel(graphForward(model), model),
  });
}

function toOpenModel(forward: Forward, model: { dispose(): unknown }): OpenTensorModel {
  return {
    parallelism: 1,
    placement: 'inline',
    run: async (called, inputs, outputs) => {
      const nodes = new Map(called.inputs.map((input) => [input.name, nodeOf(input)]));
      const wanted = outputs.map((name) => called.outputs.find((output) => output.name === name)!);
      const sent = Object.fromEntries(inputs.map((input) => [nodes.get(input.name)!, toTfjs(input)]));
      let answers: tf.Tensor[] = [];
      try {
        answers = await forward(sent, wanted.map(nodeOf));
        return wanted.map((output, index) => fromTfjs(output, answers[index]!));
      } finally {
        // A model may answer one of its inputs, or one tensor twice.
        tf.dispose([...new Set([...answers, ...Object.values(sent)])]);
      }
    },
    close: () => {
      model.dispose();
    },
  };
}

function nodeOf({ node, name }: BoundTensor): string {
  return node ?? name;
}

/**
 * The names of a model's tensors in their order. A sequential model has none, and the tensors' own change with every
 * load in a realm; those of their layers do not.
 */
export function tensorNames({ inputs, inputNames, outputs, outputNames }: LayersModel) {
  return {
    inputs: inputs.map(({ sourceLayer }, index) => inputNames[index] ?? sourceLayer.name),
    outputs: outputs.map(({ sourceLayer }, index) => outputNames[index] ?? sourceLayer.name),
  };
}

/** Runs to the end before it returns: nothing else may touch the engine's scopes in between. */
function layersForward(model: LayersModel): Forward {
  const names = tensorNames(model);
  return (inputs, nodes) =>
    tf.tidy(() => {
      Object.keys(inputs).forEach((node) => positionOf(node, names.inputs));
      const ordered = names.inputs.map((name) => inputs[name]!);
      // NOTE: predict() would slice the batch into pieces of 32 rows and join the answers.
      const answer = model.predictOnBatch(ordered.length === 1 ? ordered[0]! : ordered);
      const answers = listOf(answer);
      return nodes.map((node) => answers[positionOf(node, names.outputs)]!);
    });
}

function positionOf(node: string, names: readonly string[]): number {
  const position = names.indexOf(node);
  if (position === -1) throw new Error(`the model has no tensor ${JSON.stringify(node)}; it has ${names.join(', ')}`);
  return position;
}

/** A graph with control flow or with shapes that depend on values says on its first run that it must run asynchronously. */
function graphForward(model: GraphModel): Forward {
  let asynchronous = false;
  return (inputs, nodes) => {
    if (!asynchronous) {
      try {
        return listOf(tf.tidy(() => model.execute(inputs, nodes)));
      } catch (error) {
        if (!reasonOf(error).includes('executeAsync')) throw error;
        asynchronous = true;
      }
    }
    return model.executeAsync(inputs, nodes).then(listOf);
  };
}

function listOf(answer: tf.Tensor | tf.Tensor[]): tf.Tensor[] {
  return Array.isArray(answer) ? answer : [answer];
}

function toTfjs({ datatype, shape, data }: Tensor): tf.Tensor {
  return tf.tensor(data, [...shape], carrierOf(datatype));
}

/** The memory of a tensor goes back to the backend, so its elements are copied out of it. */
function fromTfjs({ name, datatype }: BoundTensor, tensor: tf.Tensor): Tensor {
  const carrier = carrierOf(datatype);
  if (tensor.dtype !== carrier) {
    throw new Error(`output ${name} is of type ${tensor.dtype}, but the signature says ${datatype}`);
  }
  return { name, datatype, shape: tensor.shape, data: elementsOf(tensor) };
}

function elementsOf(tensor: tf.Tensor): Elements {
  // dataSync() would decode the bytes as text.
  if (tensor.dtype === 'string') return tf.engine().readSync(tensor.dataId);
  if (tensor.dtype === 'bool') return Uint8Array.from(tensor.dataSync());
  return tensor.dtype === 'int32' ? Int32Array.from(tensor.dataSync()) : Float32Array.from(tensor.dataSync());
}
