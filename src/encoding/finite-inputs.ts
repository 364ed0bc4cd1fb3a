import type { Row, Signature } from '../core/signature.js';
import { kindOf } from './encoders.js';

/** Every whole number up to here is itself in float32, so the place of an input is exact in a tensor. */
const LARGEST_COUNT = 2 ** 24;

/**
 * How many inputs `signature` allows, or null when their number is not finite or too large to count in float32. A
 * default adds none: a missing value is the same input as the value that stands in for it.
 */
export function countInputs(signature: Signature): number | null {
  let count = 1;
  for (const feature of signature.features) {
    const choices = kindOf(feature).choices(feature);
    if (choices === null) return null;
    count *= choices.length;
    if (count > LARGEST_COUNT) return null;
  }
  return count;
}

/** The input at place `index` among all inputs of a signature that has finitely many: the last feature changes fastest. */
export function inputAt(signature: Signature, index: number): Row {
  const count = countInputs(signature);
  if (count === null || !Number.isInteger(index) || index < 0 || index >= count) {
    throw new RangeError(`there is no input at place ${index}`);
  }
  let rest = index;
  const entries = signature.features.map((feature): [string, unknown] => [feature.name, undefined]);
  for (let place = entries.length - 1; place >= 0; place -= 1) {
    const feature = signature.features[place]!;
    const choices = kindOf(feature).choices(feature)!;
    entries[place]![1] = choices[rest % choices.length];
    rest = Math.floor(rest / choices.length);
  }
  return Object.fromEntries(entries);
}
