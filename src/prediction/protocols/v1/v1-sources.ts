import { TensornestError } from '../../../core/errors.js';
import { pointerStep } from '../../../core/json-pointer.js';
import { DEFAULT_FUNCTION, type TensorMethod } from '../../../core/signature.js';
import type { TabularSlot } from '../../../model/tabular-slot.js';
import type { TensorSlot } from '../../../model/tensor-slot.js';
import type { Slot } from '../../../model/slot.js';
import type { TensorSource } from '../../inference.js';
import type { RowSource } from '../../row-source.js';
import {
  CLASSIFY_FUNCTION,
  ENCODED_FUNCTION,
  type FunctionInterface,
  interfaceOf,
} from '../../tensors/model-interface.js';
import { plainRows, tabularRows } from '../../tensors/tabular-rows.js';
import { tensorCall } from '../../tensors/tensor-call.js';
import { type ExamplesDocument, exampleRow, exampleTensors } from './v1-examples.js';
import { columnRows, instanceRows } from './v1-rows.js';
import { POINTERS, type PredictDocument, readTensors } from './v1-predict.js';
import { v1Refusal } from './v1-values.js';

/** Finds the function that a request names. Throws `invalid-input` in TensorFlow Serving's words. */
function functionOf(slot: Slot, name: string): FunctionInterface {
  const functions = interfaceOf(slot);
  const found = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (found !== undefined) return found;
  const message = `Serving signature name: "${name}" not found in signature def`;
  throw v1Refusal('/signature_name', 'not-allowed', message);
}

/** The tensors of `:predict`. */
export class PredictSource implements TensorSource {
  constructor(private readonly document: PredictDocument) {}

  get format(): PredictDocument['format'] {
    return this.document.format;
  }

  rows(slot: TabularSlot): RowSource {
    const { signatureName: name = DEFAULT_FUNCTION, format, value } = this.document;
    const { inputs } = functionOf(slot, name);
    const { signature } = slot.manifest;
    if (name === ENCODED_FUNCTION) return tabularRows(signature, readTensors(this.document, inputs), POINTERS[format]);
    return format === 'row' ? instanceRows(value as unknown[]) : columnRows(signature, value);
  }

  call(slot: TensorSlot, maxRows: number): ReturnType<TensorSource['call']> {
    const { signatureName: name = DEFAULT_FUNCTION, format } = this.document;
    const { inputs } = functionOf(slot, name);
    const called = slot.manifest.signature.functions[name]!;
    const tensors = readTensors(this.document, inputs);
    return { name, call: tensorCall(called, { tensors, outputs: null, inputs: POINTERS[format] }, maxRows) };
  }
}

const METHOD_NAMES: Readonly<Record<'classify' | 'regress', string>> = {
  classify: 'classification',
  regress: 'regression',
};

/** The tensors of `:classify` and `:regress`. */
export class ExamplesSource implements TensorSource {
  constructor(
    private readonly document: ExamplesDocument,
    private readonly method: 'classify' | 'regress',
  ) {}

  rows(slot: TabularSlot): RowSource {
    const { signatureName: name = CLASSIFY_FUNCTION, examples } = this.document;
    // A tabular classifier classifies by its default signature too.
    this.assertMethod(name === DEFAULT_FUNCTION ? 'classify' : functionOf(slot, name).method);
    return plainRows(examples.map(exampleRow), {
      rows: '/examples',
      at: (row, feature) => `/examples/${row}${feature === undefined ? '' : pointerStep(feature)}`,
    });
  }

  call(slot: TensorSlot, maxRows: number): ReturnType<TensorSource['call']> {
    const { signatureName: name = DEFAULT_FUNCTION } = this.document;
    const { inputs, method } = functionOf(slot, name);
    this.assertMethod(method);
    const called = slot.manifest.signature.functions[name]!;
    const tensors = exampleTensors(this.document, inputs);
    const outputs = [called.outputs[0]!.name];
    return { name, call: tensorCall(called, { tensors, outputs, inputs: '/examples' }, maxRows) };
  }

  private assertMethod(method: TensorMethod): void {
    if (method === this.method) return;
    const expected = `Expected ${METHOD_NAMES[this.method]} signature method_name to be tensorflow/serving/${this.method}`;
    throw new TensornestError('bad-request', `${expected}. Was: tensorflow/serving/${method}`);
  }
}
