import type { Cancellation } from '../core/cancellation.js';
import { reasonOf, TensornestError } from '../core/errors.js';
import type { OpenTensorModel, Placement } from '../core/ports/inference-backend.js';
import type { TensorFunction } from '../core/signature.js';
import type { Tensor } from '../core/tensor.js';
import type { Load } from './admission.js';
import { type Called, CallQueue } from './call-queue.js';
import type { TensorGolden, TensorManifest } from './package/tensor-manifest.js';
import { Slot, type SlotIdentity } from './slot.js';
import { checkTensorGolden } from './tensor-golden.js';

export interface TensorSlotContents extends SlotIdentity<TensorManifest> {
  readonly golden: TensorGolden;
  readonly model: OpenTensorModel;
  /** Most rows that may wait for an execution; without it, however many there are. */
  readonly queueRows?: number;
}

/** A call of a function, checked against its signature. */
export interface TensorCall {
  readonly called: TensorFunction;
  /** Each input of the function, once. */
  readonly inputs: readonly Tensor[];
  /** Names of the outputs that are wanted. */
  readonly outputs: readonly string[];
  /** Rows that it counts for: the first dimension where the signature leaves it open, else one. */
  readonly rows: number;
}

/**
 * One loaded version of a model that takes and gives tensors. Each call is an execution of its own: nothing says that
 * the first dimension of such a model is a batch, so calls are not joined.
 */
export class TensorSlot extends Slot<TensorManifest> {
  readonly tabulated = false;
  readonly placement: Placement;
  private readonly golden: TensorGolden;
  private readonly model: OpenTensorModel;
  private readonly calls: CallQueue;

  constructor(contents: TensorSlotContents) {
    super(contents);
    this.golden = contents.golden;
    this.model = contents.model;
    this.placement = this.model.placement;
    this.calls = new CallQueue({ parallelism: this.model.parallelism, queueRows: contents.queueRows });
  }

  get load(): Load {
    return this.calls.load;
  }

  assertRoom(): void {
    this.calls.assertRoom();
  }

  /** The outputs of the call, in its order, and how long it took. */
  async run({ called, inputs, outputs, rows }: TensorCall, cancellation?: Cancellation): Promise<Called<Tensor[]>> {
    try {
      const answer = await this.calls.run(rows, () => this.model.run(called, inputs, outputs), cancellation);
      this.statistics.executed(rows, answer.inferMs);
      this.succeeded();
      return answer;
    } catch (cause) {
      const error = this.failed(cause);
      // A sound model that fails on an input was given one that it does not take, such as lengths that do not match.
      const sound = !(cause instanceof TensornestError) && (await this.fault()) === undefined;
      throw sound
        ? new TensornestError('bad-request', `The model does not take these inputs (${firstLine(cause)}).`)
        : error;
    }
  }

  protected prove(): Promise<void> {
    return checkTensorGolden(this.model, this.manifest.signature, this.golden);
  }

  protected close(): void {
    this.model.close();
  }
}

function firstLine(error: unknown): string {
  return reasonOf(error).split('\n', 1)[0]!.replace(/\.$/, '');
}
