import { expect, it } from 'vitest';
import { parsePlacements, placementOf } from './placement.js';

it.each([
  ['auto', 'penguins', 'auto'],
  ['worker', 'penguins', 'worker'],
  ['penguins=worker', 'penguins', 'worker'],
  ['penguins=worker', 'cars', 'auto'],
  ['inline; penguins = worker ;cars=auto', 'cars', 'auto'],
  ['inline; penguins = worker ;cars=auto', 'others', 'inline'],
  ['inline', 'constructor', 'inline'],
])('%s places %s: %s', (text, model, placement) => {
  expect(placementOf(parsePlacements(text)!, model)).toBe(placement);
});

it.each(['', 'gpu', 'penguins=gpu', '=worker', 'a=b=worker', 'inline;'])('%j is no placement', (text) => {
  expect(parsePlacements(text)).toBeUndefined();
});
