import { describe, expect, it } from 'vitest';
import { parseVersionPolicies, policyOf } from './version-policy.js';

const LATEST = { kind: 'latest' };

describe('VERSION_POLICY', () => {
  it('is for every model, with exceptions by name', () => {
    const policies = parseVersionPolicies('all; cars=latest ;penguins=pinned:1.0.0, 1.1.0-rc.1')!;
    expect(policyOf(policies, 'other')).toEqual({ kind: 'all' });
    expect(policyOf(policies, 'cars')).toEqual(LATEST);
    expect(policyOf(policies, 'penguins')).toEqual({ kind: 'pinned', versions: ['1.0.0', '1.1.0-rc.1'] });
  });

  it('leaves the other models at the newest version when it names exceptions only', () => {
    expect(policyOf(parseVersionPolicies('cars=all')!, 'penguins')).toEqual(LATEST);
  });

  it('does not take the name of an object method for a model', () => {
    expect(policyOf(parseVersionPolicies('all')!, 'toString')).toEqual({ kind: 'all' });
  });

  it.each([
    '',
    'newest',
    'pinned',
    'pinned:',
    'pinned:two',
    'pinned:1.0.0,',
    '=all',
    'cars=',
    'latest;;all',
    'cars=some',
  ])('is not %j', (text) => {
    expect(parseVersionPolicies(text)).toBeUndefined();
  });
});
