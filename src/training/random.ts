import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';

/** Largest seed that the generator tells from others. */
export const MAX_SEED = 2 ** 31 - 1;

/** A source of random numbers. It is mutable: whoever draws from it moves it on for everybody else. */
export type Random = RandomGenerator;

/** Equal seeds give equal sequences, on every machine. */
export function seededRandom(seed: number): Random {
  return xoroshiro128plus(seed);
}

/** A seed for somebody else's generator, at least 1: TensorFlow.js takes 0 for "no seed" in places. */
export function drawSeed(random: Random): number {
  return uniformInt(random, 1, MAX_SEED);
}

/** Fisher-Yates: puts `items` in random order, in place. */
export function shuffle(items: unknown[], random: Random): void {
  for (let last = items.length - 1; last > 0; last -= 1) {
    const other = uniformInt(random, 0, last);
    [items[last], items[other]] = [items[other], items[last]];
  }
}
