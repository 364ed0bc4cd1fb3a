import { setImmediate } from 'node:timers/promises';
import { TensornestError } from '../../core/errors.js';
import { MODEL_FILE } from './manifest.js';
import type { WeightSpec } from './model-json.js';

/** Bytes of one element as the weight files hold it, by type. */
const WIDTHS: Readonly<Record<string, number>> = { float32: 4, int32: 4, float16: 2, uint16: 2, uint8: 1, bool: 1 };
/** Numbers that are looked at before requests get their turn. */
const PIECE = 1_048_576;
/** The exponent of a half-precision number that is infinite or none. */
const HALF_EXPONENT = 0x7c00;

/** Where a tensor lies among the bytes of all. */
export interface LaidOutWeights {
  readonly spec: WeightSpec;
  readonly from: number;
  readonly to: number;
}

/**
 * Refuses weights that are not what their entries say: fewer bytes, or more; a type that cannot be a weight; a number that
 * is none. A NaN among the weights makes every answer a NaN.
 */
export async function assertSoundWeights(specs: readonly WeightSpec[], weights: ArrayBuffer): Promise<void> {
  const tensors = layOutWeights(specs);
  const expected = tensors.at(-1)?.to ?? 0;
  if (weights.byteLength !== expected) {
    throw new TensornestError(
      weights.byteLength < expected ? 'file-truncated' : 'model-invalid',
      `${MODEL_FILE}: its weights take ${expected} bytes, the weight files have ${weights.byteLength}.`,
    );
  }
  for (const tensor of tensors) await assertFinite(tensor, weights);
}

/** The tensors behind each other, as the weight files hold them. Refuses a type that no weight has. */
export function layOutWeights(specs: readonly WeightSpec[]): LaidOutWeights[] {
  let to = 0;
  return specs.map((spec) => {
    const from = to;
    const type = spec.quantization?.dtype ?? spec.dtype;
    const width = Object.hasOwn(WIDTHS, type) ? WIDTHS[type]! : undefined;
    if (width === undefined) {
      throw new TensornestError(
        'model-invalid',
        `${MODEL_FILE}: ${spec.name} is of the type ${type}, which no weight is.`,
      );
    }
    to += spec.shape.reduce((product, length) => product * length, width);
    return { spec, from, to };
  });
}

async function assertFinite({ spec, from, to }: LaidOutWeights, weights: ArrayBuffer): Promise<void> {
  const { name, dtype, quantization } = spec;
  if (quantization !== undefined && quantization.dtype !== 'float16') {
    const { scale = 1, min = 0 } = quantization;
    const largest = scale * (quantization.dtype === 'uint8' ? 0xff : 0xffff) + min;
    if (![scale, min, largest].every((number) => Number.isFinite(Math.fround(number)))) throw notFinite(name, 0);
    return;
  }
  const type = quantization?.dtype ?? dtype;
  if (type !== 'float32' && type !== 'float16') return;
  const width = WIDTHS[type]!;
  for (let at = from; at < to; at += PIECE * width) {
    // NOTE: a copy, because a tensor may begin at an address that is no multiple of its width.
    const piece = weights.slice(at, Math.min(to, at + PIECE * width));
    const bad =
      type === 'float32'
        ? new Float32Array(piece).findIndex((number) => !Number.isFinite(number))
        : new Uint16Array(piece).findIndex((bits) => (bits & HALF_EXPONENT) === HALF_EXPONENT);
    if (bad !== -1) throw notFinite(name, (at - from) / width + bad);
    if (at + PIECE * width < to) await setImmediate();
  }
}

function notFinite(name: string, place: number): TensornestError {
  return new TensornestError('weights-not-finite', `${MODEL_FILE}: number ${place} of ${name} is NaN or infinite.`);
}
