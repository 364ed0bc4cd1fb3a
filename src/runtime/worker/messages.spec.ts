import { expect, it } from 'vitest';
import { movable } from './messages.js';

it('numbers that fill their buffer are handed over as they are', () => {
  const data = Float32Array.of(1, 2, 3);
  expect(movable(data)).toBe(data);
});

it.each([
  ['are a part of a larger buffer', Float32Array.of(0, 1, 2, 3).subarray(1, 3)],
  ['are shared between threads', new Float32Array(new SharedArrayBuffer(8)).fill(1)],
])('numbers that %s are copied first', (_, data) => {
  const moved = movable(data);
  expect(moved.buffer).toBeInstanceOf(ArrayBuffer);
  expect(moved.buffer.byteLength).toBe(8);
  expect([...moved]).toEqual([...data]);
});
