import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel, layers } from '@tensorflow/tfjs-layers';

type Layer = layers.Layer;

/** One dense layer: activation(x * kernel + bias). */
export interface DenseStep {
  /** Shape [inputs, units]. Belongs to the model. */
  readonly kernel: Tensor;
  /** Shape [units]. Belongs to the model. */
  readonly bias: Tensor;
  readonly inputs: number;
  readonly units: number;
  readonly activation: string;
}

/** The dense layers of `model` in their order, or undefined when it is anything but a plain chain of them. */
export function denseChainOf(model: LayersModel): readonly DenseStep[] | undefined {
  const steps: DenseStep[] = [];
  let previous: Layer | undefined;
  for (const layer of model.layers) {
    if (previous !== undefined && !follows(layer, previous)) return undefined;
    previous = layer;
    // Dropout does nothing outside of training.
    if (layer.getClassName() === 'InputLayer' || layer.getClassName() === 'Dropout') continue;
    const step = toStep(layer);
    if (step === undefined) return undefined;
    steps.push(step);
  }
  return steps.length === 0 || model.inputs.length !== 1 || model.outputs.length !== 1 ? undefined : steps;
}

function follows(layer: Layer, previous: Layer): boolean {
  const { inboundNodes } = layer as unknown as { inboundNodes: readonly { inboundLayers: readonly Layer[] }[] };
  const [node, ...others] = inboundNodes;
  return others.length === 0 && node?.inboundLayers.length === 1 && node.inboundLayers[0] === previous;
}

function toStep(layer: Layer): DenseStep | undefined {
  const { activation } = layer.getConfig() as { activation?: unknown };
  const [kernel, bias] = layer.getWeights();
  if (layer.getClassName() !== 'Dense' || typeof activation !== 'string' || bias === undefined) return undefined;
  const [inputs, units] = kernel?.shape ?? [];
  if (kernel?.shape.length !== 2 || inputs === undefined || units === undefined) return undefined;
  return { kernel, bias, inputs, units, activation };
}
