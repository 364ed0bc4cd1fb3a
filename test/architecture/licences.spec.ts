import { describe, expect, it } from 'vitest';
import { ALLOWED_LICENCES, productionPackages } from '../support/licences.js';

const packages = productionPackages();

describe('what runs in production', () => {
  it('may be used: every package has a licence that is allowed', () => {
    expect(packages.filter(({ licence }) => !ALLOWED_LICENCES.includes(licence))).toEqual([]);
  });

  it('is what the lock file has, the optional native backend among it', () => {
    const names = packages.map(({ name }) => name);
    expect(names).toContain('@nestjs/core');
    expect(names).toContain('@tensorflow/tfjs-node');
    expect(names).not.toContain('vitest');
  });
});
