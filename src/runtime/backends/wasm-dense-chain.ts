import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import type { RowBatch } from '../../core/row-batch.js';
import type { DenseStep } from './dense-chain.js';

/** The activations that the fused kernel knows, by its own numbers (`FusableActivation` of TensorFlow.js). */
const FUSED: Readonly<Record<string, number>> = { linear: 0, relu: 1, relu6: 2, sigmoid: 5, elu: 6 };

/** Rows that the buffers hold at first; they double when a larger batch comes. */
const FIRST_CAPACITY = 64;
const BYTES_OF_SHAPE = 3 * Int32Array.BYTES_PER_ELEMENT;

/** The kernels as the WebAssembly module exports them: numbers in, nothing out. Shapes are addresses of int32 lists. */
interface WasmKernels {
  readonly HEAP32: Int32Array;
  readonly HEAPF32: Float32Array;
  _malloc(bytes: number): number;
  _free(address: number): void;
  __FusedMatMul(...numbers: number[]): void;
  _Softmax(input: number, output: number, channels: number, rows: number): void;
}

interface Step {
  readonly kernelId: number;
  readonly biasId: number;
  readonly activation: number;
  /** Address of [1, rows, inputs]; `rows` is written before each run. */
  readonly inputShape: number;
  /** Address of [1, inputs, units]. */
  readonly kernelShape: number;
}

/**
 * A chain of dense layers, run by calling the backend's own WebAssembly kernels on buffers that stay. One row costs 3 us
 * so, 23 us through `runKernel` and 200 us through `LayersModel.predict`: all else is bookkeeping for tensors that come
 * and go.
 *
 * NOTE: it leans on internals of a library that has stood still for years (4.22.0). Golden records are reproduced through
 * it before a version serves, so a library that moves after all is noticed at once.
 */
export class WasmDenseChain {
  private readonly wasm: WasmKernels;
  private readonly steps: readonly Step[];
  private readonly widths: readonly number[];
  private readonly softmax: boolean;
  private buffers: tf.TensorInfo[] = [];
  private ids: number[] = [];
  private capacity = 0;

  /** The chain, or undefined when one of its activations is beyond the fused kernel. */
  static of(chain: readonly DenseStep[]): WasmDenseChain | undefined {
    const able = chain.every(
      ({ activation }, index) => activation in FUSED || (activation === 'softmax' && index === chain.length - 1),
    );
    return able ? new WasmDenseChain(tf.backend() as BackendWasm, chain) : undefined;
  }

  private constructor(
    private readonly backend: BackendWasm,
    chain: readonly DenseStep[],
  ) {
    this.wasm = backend.wasm as unknown as WasmKernels;
    this.widths = [chain[0]!.inputs, ...chain.map(({ units }) => units)];
    this.softmax = chain.at(-1)?.activation === 'softmax';
    this.steps = chain.map(({ kernel, bias, inputs, units, activation }) => ({
      kernelId: this.idOf(kernel),
      biasId: this.idOf(bias),
      activation: FUSED[activation] ?? FUSED.linear!,
      inputShape: this.storeShape([1, 0, inputs]),
      kernelShape: this.storeShape([1, inputs, units]),
    }));
    this.resize(FIRST_CAPACITY);
  }

  /** Shape [rows, outputs], row-major; the caller's to keep. */
  run({ data, rows, width }: RowBatch): Float32Array {
    // The heap has no bounds of its own: too many numbers would run over other tensors.
    if (width !== this.widths[0] || data.length !== rows * width) {
      throw new Error(`${data.length} numbers are not ${rows} rows of ${this.widths[0]}. This is a bug.`);
    }
    while (rows > this.capacity) this.resize(2 * this.capacity);
    // NOTE: the heap's views are replaced when the heap grows, so they are never kept.
    this.wasm.HEAPF32.set(data, this.addressOf(0));
    this.steps.forEach(({ kernelId, biasId, activation, inputShape, kernelShape }, index) => {
      this.wasm.HEAP32[inputShape / 4 + 1] = rows;
      const [from, to] = [this.ids[index]!, this.ids[index + 1]!];
      this.wasm.__FusedMatMul(from, inputShape, 3, kernelId, kernelShape, 3, 0, 0, activation, biasId, 0, 0, to);
    });
    const outputs = this.widths.at(-1)!;
    const last = this.steps.length + (this.softmax ? 1 : 0);
    if (this.softmax) this.wasm._Softmax(this.ids[last - 1]!, this.ids[last]!, outputs, rows);
    const start = this.addressOf(last);
    return this.wasm.HEAPF32.slice(start, start + rows * outputs);
  }

  /** Frees the buffers. The weights belong to the model. */
  close(): void {
    for (const { inputShape, kernelShape } of this.steps) {
      this.wasm._free(inputShape);
      this.wasm._free(kernelShape);
    }
    this.release();
  }

  private resize(capacity: number): void {
    this.release();
    const widths = this.softmax ? [...this.widths, this.widths.at(-1)!] : this.widths;
    this.buffers = widths.map((width) => this.backend.makeOutput([1, capacity, width], 'float32'));
    this.ids = this.buffers.map((buffer) => this.idOf(buffer));
    this.capacity = capacity;
  }

  private release(): void {
    for (const { dataId } of this.buffers) this.backend.disposeData(dataId);
    this.buffers = [];
  }

  private idOf({ dataId }: tf.TensorInfo): number {
    return this.backend.dataIdMap.get(dataId).id;
  }

  /** Index of the buffer's first number in the heap of float32. */
  private addressOf(buffer: number): number {
    return this.backend.getMemoryOffset(this.buffers[buffer]!.dataId) / Float32Array.BYTES_PER_ELEMENT;
  }

  private storeShape(shape: readonly number[]): number {
    const address = this.wasm._malloc(BYTES_OF_SHAPE);
    this.wasm.HEAP32.set(shape, address / Int32Array.BYTES_PER_ELEMENT);
    return address;
  }
}
