import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WeightSpec } from './model-json.js';
import { assertSoundWeights } from './weights.js';

const spec = (dtype: string, shape: number[], more: Partial<WeightSpec> = {}): WeightSpec => ({
  name: `a ${dtype}`,
  dtype,
  shape,
  ...more,
});

const bytesOf = (...parts: ArrayBufferView[]): ArrayBuffer => {
  const pieces = parts.map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength));
  return Uint8Array.from(pieces.flatMap((piece) => [...piece])).buffer;
};

const outcome = (specs: WeightSpec[], ...parts: ArrayBufferView[]) =>
  assertSoundWeights(specs, bytesOf(...parts)).then(
    () => 'sound',
    (error: unknown) => error,
  );

describe('weights', () => {
  it('of finite numbers are sound, wherever they begin', async () => {
    const specs = [spec('bool', [3]), spec('float32', [2, 1]), spec('int32', []), spec('float32', [0])];
    expect(await outcome(specs, Uint8Array.of(1, 0, 1), Float32Array.of(-1.5, 3e38), Int32Array.of(-1))).toBe('sound');
  });

  it('are refused for the one number that is none, and the reason says which', async () => {
    const place = fc.nat(199);
    const bad = fc.constantFrom(NaN, Infinity, -Infinity);
    await fc.assert(
      fc.asyncProperty(place, bad, async (at, value) => {
        const numbers = new Float32Array(200).fill(0.5);
        numbers[at] = value;
        expect(await outcome([spec('float32', [10, 20])], numbers)).toMatchObject({
          code: 'weights-not-finite',
          message: `model.json: number ${at} of a float32 is NaN or infinite.`,
        });
      }),
    );
  });

  it('are looked through to the end when they are many', async () => {
    const numbers = new Float32Array(2 ** 20 + 10);
    numbers[2 ** 20 + 7] = NaN;
    expect(await outcome([spec('float32', [numbers.length])], numbers)).toMatchObject({
      message: `model.json: number ${2 ** 20 + 7} of a float32 is NaN or infinite.`,
    });
  });

  it('in half precision are looked at too', async () => {
    const half = { quantization: { dtype: 'float16' } };
    const sound = Uint16Array.of(0x3c00, 0x7bff);
    expect(await outcome([spec('float32', [2], half)], sound)).toBe('sound');
    for (const bits of [0x7c00, 0xfc00, 0x7e00]) {
      const answer = await outcome([spec('float32', [2], half)], Uint16Array.of(0x3c00, bits));
      expect(answer).toMatchObject({ code: 'weights-not-finite' });
    }
  });

  it.each([
    [{ dtype: 'uint8', scale: 0.1, min: -1 }, 'sound'],
    [{ dtype: 'uint16', scale: 1e38, min: 0 }, { code: 'weights-not-finite' }],
    [{ dtype: 'uint16', scale: 0.1, min: -1e39 }, { code: 'weights-not-finite' }],
  ])('that are quantised with %o are judged by what becomes of them', async (quantization, expected) => {
    const part = quantization.dtype === 'uint8' ? Uint8Array.of(1, 2) : Uint16Array.of(1, 2);
    const answer = await outcome([spec('float32', [2], { quantization })], part);
    if (typeof expected === 'string') expect(answer).toBe(expected);
    else expect(answer).toMatchObject(expected);
  });

  it('that are fewer or more than their entries say are refused', async () => {
    const specs = [spec('float32', [2])];
    expect(await outcome(specs, Float32Array.of(1))).toMatchObject({ code: 'file-truncated' });
    expect(await outcome(specs, Float32Array.of(1, 2, 3))).toMatchObject({ code: 'model-invalid' });
    expect(await outcome([], Float32Array.of(1))).toMatchObject({ code: 'model-invalid' });
    expect(await outcome([])).toBe('sound');
  });

  it.each(['string', 'complex64', 'float64', 'constructor'])('of the type %s are refused', async (dtype) => {
    expect(await outcome([spec(dtype, [1])], Float32Array.of(1))).toMatchObject({ code: 'model-invalid' });
  });
});
