import { expect, it } from 'vitest';
import { pointerStep } from './json-pointer.js';

it.each([
  ['buying', '/buying'],
  ['a/b', '/a~1b'],
  ['m~n', '/m~0n'],
  ['~1', '/~01'],
  ['', '/'],
  [3, '/3'],
])('escapes %s as RFC 6901 does', (key, step) => {
  expect(pointerStep(key)).toBe(step);
});
