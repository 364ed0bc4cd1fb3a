import { TensornestError } from '../../../core/errors.js';
import type { Slot } from '../../../model/slot.js';
import type { TabularSlot } from '../../../model/tabular-slot.js';
import type { TensorSlot } from '../../../model/tensor-slot.js';
import type { TensorSource } from '../../inference.js';
import { refusal } from '../../refusal.js';
import type { RowSource } from '../../row-source.js';
import { interfaceOf } from '../../tensors/model-interface.js';
import { problem } from '../../tensors/problems.js';
import { tabularRows } from '../../tensors/tabular-rows.js';
import { functionOf, tensorCall } from '../../tensors/tensor-call.js';
import { assertKnown } from './infer-answer.js';
import { INPUTS, type InferRequest } from './infer-request.js';
import { readRawRequest } from './raw-request.js';

/** The tensors of an inference request, or of a raw one, which only a model's signature can read. */
export class InferSource implements TensorSource {
  constructor(private request: InferRequest | Buffer) {}

  /** The request; a raw one can be told once the model is known. */
  get read(): InferRequest {
    if (Buffer.isBuffer(this.request))
      throw new TensornestError('internal', 'A raw request was not read. This is a bug.');
    return this.request;
  }

  /** How long the client waits for an execution, in microseconds; undefined when it does not say. */
  get timeout(): number | undefined {
    const timeout = Buffer.isBuffer(this.request) ? undefined : this.request.parameters.timeout;
    return typeof timeout === 'number' && timeout > 0 ? timeout : undefined;
  }

  rows(slot: TabularSlot): RowSource {
    const { inputs, outputs } = this.readFor(slot);
    assertKnown(
      interfaceOf(slot).serving_default!.outputs.map(({ name }) => name),
      outputs,
    );
    return tabularRows(slot.manifest.signature, inputs, INPUTS);
  }

  call(slot: TensorSlot, maxRows: number): ReturnType<TensorSource['call']> {
    const { inputs, outputs, parameters } = this.readFor(slot);
    const { signature_name: wanted } = parameters;
    if (wanted !== undefined && typeof wanted !== 'string') {
      throw refusal([problem('/parameters/signature_name', 'wrong-type', 'must be a string')]);
    }
    const [name, called] = functionOf(slot.manifest.signature, wanted, '/parameters/signature_name');
    assertKnown(
      called.outputs.map((output) => output.name),
      outputs,
    );
    const names = outputs?.map((output) => output.name) ?? null;
    return { name, call: tensorCall(called, { tensors: inputs, outputs: names, inputs: INPUTS }, maxRows) };
  }

  private readFor(slot: Slot): InferRequest {
    if (Buffer.isBuffer(this.request)) {
      this.request = readRawRequest(interfaceOf(slot).serving_default!.inputs, this.request);
    }
    return this.request;
  }
}
