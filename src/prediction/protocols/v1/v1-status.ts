import { major } from 'semver';
import type { TensorSpec } from '../../../core/tensor.js';
import type { VersionStatus } from '../../../model/model-registry.js';
import type { Slot } from '../../../model/slot.js';
import { interfaceOf } from '../../tensors/model-interface.js';
import { TENSORFLOW_TYPES } from './v1-types.js';

type NamedStatus = readonly [version: string, status: VersionStatus];

export interface V1VersionStatus {
  readonly version: string;
  readonly state: 'LOADING' | 'AVAILABLE' | 'UNLOADING' | 'END';
  readonly status: { readonly error_code: string; readonly error_message: string };
}

const STATES = {
  available: 'END',
  loading: 'LOADING',
  ready: 'AVAILABLE',
  failed: 'END',
  unloading: 'UNLOADING',
} as const;

/**
 * The versions of a model, as whole numbers: several with one major number are shown as the one that answers for it.
 * `versions` are newest first.
 */
export function versionStatuses(versions: readonly NamedStatus[]): V1VersionStatus[] {
  const shown = new Map<number, NamedStatus>();
  for (const named of versions) {
    const number = major(named[0]);
    const before = shown.get(number);
    if (before === undefined || (before[1].state !== 'ready' && named[1].state === 'ready')) shown.set(number, named);
  }
  return [...shown].map(([number, [, status]]) => ({
    version: String(number),
    state: STATES[status.state],
    status:
      status.state === 'failed'
        ? { error_code: 'INVALID_ARGUMENT', error_message: status.error.message }
        : { error_code: 'OK', error_message: '' },
  }));
}

/** `GET .../metadata`: the model's signatures as a SignatureDef map. */
export function v1Metadata(slot: Slot): object {
  const { name, version } = slot.manifest;
  const definitions = Object.entries(interfaceOf(slot)).map(([called, { method, inputs, outputs }]) => [
    called,
    {
      inputs: tensorInfos(inputs),
      outputs: tensorInfos(outputs),
      method_name: `tensorflow/serving/${method}`,
      defaults: {},
    },
  ]);
  return {
    model_spec: { name, signature_name: '', version: String(major(version)) },
    metadata: { signature_def: { signature_def: Object.fromEntries(definitions) as object } },
  };
}

function tensorInfos(tensors: readonly TensorSpec[]): object {
  return Object.fromEntries(
    tensors.map(({ name, datatype, shape }) => [
      name,
      {
        dtype: TENSORFLOW_TYPES[datatype].dtype,
        tensor_shape: {
          dim: (shape ?? []).map((size) => ({ size: String(size), name: '' })),
          unknown_rank: shape === null,
        },
        name: `${name}:0`,
      },
    ]),
  );
}
