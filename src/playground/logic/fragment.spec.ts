import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fromFragment, toFragment } from './fragment.js';

const value = fc.oneof(
  fc.string(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => !Object.is(number, -0)),
);
const row = fc.dictionary(
  fc.string().filter((name) => name !== '__proto__'),
  value,
  { noNullPrototype: true },
);
const text = fc.string({ minLength: 1 });

it('a shared link brings back the state that it was made of', () => {
  fc.assert(
    fc.property(fc.record({ model: text, version: text, view: text, row }, { requiredKeys: [] }), (state) => {
      expect(fromFragment(toFragment(state))).toEqual(state);
    }),
  );
});

it('a fragment that was cut, or made by somebody else, is no error', () => {
  fc.assert(
    fc.property(fc.string(), (fragment) => {
      expect(() => fromFragment(fragment)).not.toThrow();
    }),
  );
  expect(fromFragment('#model=car&row={"a":[1],"b":2')).toEqual({ model: 'car' });
  expect(fromFragment('#row={"a":[1],"b":2}')).toEqual({ row: { b: 2 } });
});
