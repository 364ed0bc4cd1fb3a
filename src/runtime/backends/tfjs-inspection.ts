import type { ModelArtifacts } from '../../core/ports/inference-backend.js';
import type { BoundTensor, TensorFunction } from '../../core/signature.js';
import type { Datatype } from '../../core/tensor.js';
import { load } from './tfjs-model.js';
import { tensorNames } from './tfjs-tensors.js';

/** A tensor as TensorFlow.js describes it; null and -1 are open dimensions. */
interface Described {
  readonly name: string;
  readonly dtype: string;
  readonly shape?: readonly (number | null)[] | null;
}

type Declared = Readonly<Record<'inputs' | 'outputs', readonly Described[]>>;

/** TensorFlow.js's types, and those of a converted graph's signature that say more. */
const DATATYPES: Readonly<Record<string, Datatype>> = {
  float32: 'FP32',
  int32: 'INT32',
  bool: 'BOOL',
  string: 'BYTES',
  DT_FLOAT: 'FP32',
  DT_DOUBLE: 'FP64',
  DT_HALF: 'FP16',
  DT_INT8: 'INT8',
  DT_INT16: 'INT16',
  DT_INT32: 'INT32',
  DT_INT64: 'INT64',
  DT_UINT8: 'UINT8',
  DT_UINT16: 'UINT16',
  DT_UINT32: 'UINT32',
  DT_UINT64: 'UINT64',
  DT_BOOL: 'BOOL',
  DT_STRING: 'BYTES',
};

/** The tensors that a model declares, under the names that its file gives them. Leaves no tensor behind. */
export async function inspectTfjsModel(artifacts: ModelArtifacts): Promise<TensorFunction> {
  const signed = signatureOf(artifacts);
  const declared = await load<Declared>(artifacts, {
    layers: (model) => {
      const names = tensorNames(model);
      const tensors = {
        inputs: model.inputs.map(({ dtype, shape }, index) => ({ name: names.inputs[index]!, dtype, shape })),
        outputs: model.outputs.map(({ dtype, shape }, index) => ({ name: names.outputs[index]!, dtype, shape })),
      };
      model.dispose();
      return tensors;
    },
    graph: (model) => {
      const tensors = { inputs: [...model.inputs], outputs: [...model.outputs] };
      model.dispose();
      return tensors;
    },
  });
  const { inputs, outputs } = signed ?? declared;
  return { method: 'predict', inputs: inputs.map(toBound), outputs: outputs.map(toBound) };
}

/** A converted model keeps the names and types of the signature that it was converted from. */
function signatureOf({ format, modelJson }: ModelArtifacts): Declared | undefined {
  const { signature } = modelJson as { readonly signature?: Partial<Record<'inputs' | 'outputs', GraphTensors>> };
  if (format !== 'graph-model' || signature?.inputs === undefined || signature.outputs === undefined) return undefined;
  return { inputs: describe(signature.inputs), outputs: describe(signature.outputs) };
}

type GraphTensors = Readonly<Record<string, GraphTensor>>;

interface GraphTensor {
  readonly dtype: string;
  readonly tensorShape?: { readonly dim?: readonly { readonly size: string }[]; readonly unknownRank?: boolean };
}

function describe(tensors: GraphTensors): Described[] {
  return Object.entries(tensors).map(([name, { dtype, tensorShape }]) => ({
    name,
    dtype,
    shape: tensorShape?.unknownRank === true ? null : (tensorShape?.dim ?? []).map(({ size }) => Number(size)),
  }));
}

function toBound({ name, dtype, shape }: Described): BoundTensor {
  const datatype = DATATYPES[dtype];
  if (datatype === undefined) throw new Error(`tensor ${name} is of type ${dtype}, which cannot be served`);
  return { name, datatype, shape: shape == null ? null : shape.map((length) => length ?? -1) };
}
