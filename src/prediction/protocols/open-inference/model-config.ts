import type { Datatype, TensorSpec } from '../../../core/tensor.js';
import type { Slot } from '../../../model/slot.js';
import { interfaceOf } from '../../tensors/model-interface.js';

export interface TensorConfig {
  readonly name: string;
  readonly data_type: string;
  readonly dims: readonly number[];
}

/** The part of Triton's model configuration that is true of any model here. */
export interface ModelConfig {
  readonly name: string;
  readonly platform: string;
  readonly backend: string;
  readonly max_batch_size: number;
  readonly input: readonly TensorConfig[];
  readonly output: readonly TensorConfig[];
}

/** Shapes are given whole, so the batch size that would stand before them is 0. */
export function modelConfig(slot: Slot): ModelConfig {
  const { inputs, outputs } = interfaceOf(slot).serving_default!;
  return {
    name: slot.manifest.name,
    platform: 'tensorflowjs',
    backend: slot.backend,
    max_batch_size: 0,
    input: inputs.map(tensorConfig),
    output: outputs.map(tensorConfig),
  };
}

function tensorConfig({ name, datatype, shape }: TensorSpec): TensorConfig {
  return { name, data_type: configType(datatype), dims: shape ?? [-1] };
}

function configType(datatype: Datatype): string {
  return datatype === 'BYTES' ? 'TYPE_STRING' : `TYPE_${datatype}`;
}
