import { describe, expect, it } from 'vitest';
import { fromProcess, toProcess } from './messages.js';

describe('a message between processes', () => {
  it('is taken as it is when it is one of ours', () => {
    const audit = { type: 'audit', lines: Buffer.from('{}\n') };
    const group = { type: 'group', view: { of: 2, started: true, others: [] } };
    expect(fromProcess(audit)).toBe(audit);
    expect(toProcess(group)).toBe(group);
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['text', 'audit'],
    ['without a type', { lines: '' }],
    ['of a type that nobody knows', { type: 'reload' }],
    ['of a type that every object has', { type: 'toString' }],
    ['of the other direction', { type: 'flushed', ticket: 1 }],
    ['without its field', { type: 'audit' }],
    ['with a field of another kind', { type: 'audit', lines: 1 }],
    ['with null in place of its state', { type: 'state', state: null }],
  ])('is left alone when it is %s', (_, message) => {
    expect(fromProcess(message)).toBeUndefined();
  });
});
