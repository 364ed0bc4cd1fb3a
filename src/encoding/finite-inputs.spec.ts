import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allCarRows } from '../../test/support/car-rows.js';
import { anyFiniteSignature, category, number, signatureOf } from '../../test/support/signatures.js';
import type { Signature } from '../core/signature.js';
import { countInputs, inputAt } from './finite-inputs.js';
import { RowEncoder } from './row-encoder.js';

const manifest = JSON.parse(readFileSync('models/car-evaluation/2.0.0/manifest.json', 'utf8')) as {
  signature: Signature;
};
const digits = (count: number) => Array.from({ length: count }, (_, digit) => `d${digit}`);

function allInputs(signature: Signature) {
  return Array.from({ length: countInputs(signature)! }, (_, index) => inputAt(signature, index));
}

describe('the inputs of a signature', () => {
  it('are counted when every feature is categorical', () => {
    expect(countInputs(manifest.signature)).toBe(1_728);
  });

  it('are not counted when a feature is a number', () => {
    expect(countInputs(signatureOf(category('colour', ['red', 'blue']), number('size')))).toBeNull();
  });

  it('are counted as far as float32 can tell them apart', () => {
    const wide = (name: string, count: number) => category(name, digits(count));
    const most = signatureOf(wide('a', 4_096), wide('b', 4_096));
    expect(countInputs(most)).toBe(2 ** 24);
    expect(countInputs(signatureOf(wide('a', 4_097), wide('b', 4_096)))).toBeNull();
    const last = inputAt(most, 2 ** 24 - 1);
    expect([...new RowEncoder(most, 'index').encode([last])!.data]).toEqual([2 ** 24 - 1]);
  });

  it('are no more for a default', () => {
    const colour = category('colour', ['red', 'blue'], { missing: { policy: 'default', value: 'blue' } });
    expect(countInputs(signatureOf(colour))).toBe(2);
    expect([...new RowEncoder(signatureOf(colour), 'index').encode([{}, { colour: null }])!.data]).toEqual([1, 1]);
  });

  it('are in the order of the values, the last feature fastest', () => {
    expect(allInputs(manifest.signature)).toEqual(allCarRows());
  });

  it.each([-1, 0.5, 4, NaN])('have no place %s of 4', (place) => {
    const signature = signatureOf(category('a', ['0', '1']), category('b', ['0', '1']));
    expect(() => inputAt(signature, place)).toThrow(RangeError);
  });

  it('differ, and each is encoded as its place', () => {
    fc.assert(
      fc.property(anyFiniteSignature, (signature) => {
        const inputs = allInputs(signature);
        const batch = new RowEncoder(signature, 'index').encode(inputs);
        expect(batch).toEqual({ data: Float32Array.from(inputs.keys()), rows: inputs.length, width: 1 });
        expect(new Set(inputs.map((input) => JSON.stringify(input))).size).toBe(inputs.length);
      }),
      { numRuns: 200 },
    );
  });
});

describe('the layout index', () => {
  it('is refused to a signature whose inputs cannot be counted', () => {
    expect(() => new RowEncoder(signatureOf(number('size')), 'index')).toThrow(RangeError);
  });
});
