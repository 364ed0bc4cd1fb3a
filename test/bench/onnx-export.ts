/**
 * `node onnx-export.ts PACKAGE FILE`: the package's network as an ONNX file, checked against the package's golden
 * records with the native runtime. A program of its own, because what it imports is installed on demand.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import protobuf from 'protobufjs';
import { type DenseLayer, readDenseLayers } from './layers-model.ts';
import { readPackage } from './peers/car-package.mjs';

const TOLERANCE = 1e-5;
const FLOAT = 1;
const OPERATORS: Readonly<Record<string, string>> = {
  relu: 'Relu',
  softmax: 'Softmax',
  tanh: 'Tanh',
  sigmoid: 'Sigmoid',
};

function toOnnx(layers: readonly DenseLayer[]): Uint8Array {
  const { root } = protobuf.parse(readFileSync(join(import.meta.dirname, 'onnx.proto'), 'utf8'), { keepCase: true });
  const type = root.lookupType('onnx.ModelProto');
  const first = layers[0];
  const last = layers.at(-1);
  const model = {
    ir_version: 8,
    producer_name: 'tensornest-bench',
    opset_import: [{ domain: '', version: 17 }],
    graph: {
      name: 'classifier',
      node: toNodes(layers),
      initializer: layers.flatMap(({ name, inputs, units, kernel, bias }) => [
        tensor(`${name}.kernel`, [inputs, units], kernel),
        tensor(`${name}.bias`, [units], bias),
      ]),
      input: [valueInfo('input', first?.inputs)],
      output: [valueInfo('probabilities', last?.units)],
    },
  };
  const fault = type.verify(model);
  if (fault !== null) throw new Error(fault);
  return type.encode(type.create(model)).finish();
}

function toNodes(layers: readonly DenseLayer[]): object[] {
  let input = 'input';
  return layers.flatMap(({ name, activation }, index) => {
    const output = index === layers.length - 1 ? 'probabilities' : `${name}.out`;
    const operator = OPERATORS[activation];
    const sum = activation === 'linear' ? output : `${name}.sum`;
    const nodes: object[] = [node('Gemm', [input, `${name}.kernel`, `${name}.bias`], sum)];
    if (operator !== undefined) nodes.push(node(operator, [sum], output));
    else if (activation !== 'linear') throw new Error(`${activation}: no ONNX operator is known for it.`);
    input = output;
    return nodes;
  });
}

const node = (op_type: string, input: string[], output: string) => ({ op_type, name: output, input, output: [output] });
const tensor = (name: string, dims: number[], data: Float32Array) => ({
  name,
  dims,
  data_type: FLOAT,
  raw_data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
});
const valueInfo = (name: string, width = 0) => ({
  name,
  type: { tensor_type: { elem_type: FLOAT, shape: { dim: [{ dim_param: 'rows' }, { dim_value: width }] } } },
});

interface Golden {
  readonly records: readonly { input: Record<string, string>; probabilities: number[] }[];
}

/** The largest difference to the golden records; throws when it is above the tolerance. */
async function verify(folder: string, file: string): Promise<number> {
  const { records } = JSON.parse(readFileSync(join(folder, 'golden.json'), 'utf8')) as Golden;
  const { encode, width } = readPackage(folder);
  const session = await InferenceSession.create(file);
  const input = new Tensor('float32', encode(records.map((record) => record.input)), [records.length, width]);
  const answers = (await session.run({ input })).probabilities?.data as Float32Array;
  const expected = records.flatMap(({ probabilities }) => probabilities);
  const worst = Math.max(...expected.map((value, index) => Math.abs(value - (answers[index] ?? NaN))));
  // Written so that a NaN fails too.
  if (!(worst <= TOLERANCE)) throw new Error(`The exported network differs from the golden records by ${worst}.`);
  return worst;
}

const [folder = '', file = ''] = process.argv.slice(2);
writeFileSync(file, toOnnx(readDenseLayers(folder)));
console.log(`${file}: within ${(await verify(folder, file)).toExponential(1)} of the golden records`);
