import { expect, it } from 'vitest';
import { winnersOf } from './winners.js';

it('finds the largest probability of each row, the first one on a tie', () => {
  expect([...winnersOf(Float32Array.of(0.1, 0.7, 0.2, 0.4, 0.2, 0.4), 2)]).toEqual([1, 0]);
});
