import { describe, expect, it } from 'vitest';
import { isSatisfied, ModelSpecError, parseModelSpec, specText } from './model-spec.js';

describe('a model spec', () => {
  it.each([
    ['penguins', { kind: 'range', range: '*' }],
    ['penguins@2.0.0', { kind: 'range', range: '2.0.0' }],
    ['penguins@^2', { kind: 'range', range: '^2' }],
    ['penguins@>=1 <3', { kind: 'range', range: '>=1 <3' }],
    ['penguins@stable', { kind: 'tag', tag: 'stable' }],
    ['penguins@release-2', { kind: 'tag', tag: 'release-2' }],
  ])('is read: %s', (text, wanted) => {
    expect(parseModelSpec(text)).toEqual({ name: 'penguins', wanted });
    expect(specText(parseModelSpec(text))).toBe(text.includes('@') ? text : `${text}@*`);
  });

  it.each([
    ['', /must begin with the name/],
    ['@acme/penguins@1', /"@acme\/penguins@1" must begin .* without a scope/],
    ['Penguins', /must begin with the name/],
    ['../penguins', /must begin with the name/],
    ['penguins@', /must end in "@" and a version/],
    ['penguins@a b', /must end in/],
    ['penguins@../x', /must end in/],
    ['penguins@https://example.com/x.tgz', /must end in/],
    ['penguins@git+ssh://example.com/x', /must end in/],
    ['penguins@file:../x', /must end in/],
  ])('is refused: %s', (text, message) => {
    expect(() => parseModelSpec(text)).toThrow(ModelSpecError);
    expect(() => parseModelSpec(text)).toThrow(message);
  });

  it.each([
    ['penguins', '1.0.0', true],
    ['penguins', '1.0.0-beta.1', true],
    ['penguins@^2', '2.4.0', true],
    ['penguins@^2', '3.0.0', false],
    ['penguins@^2', '2.1.0-beta.1', false],
    ['penguins@2.1.0-beta.1', '2.1.0-beta.1', true],
    ['penguins@stable', '2.0.0', false],
  ])('%s is satisfied by %s: %s', (text, version, expected) => {
    expect(isSatisfied(parseModelSpec(text), version)).toBe(expected);
  });
});
