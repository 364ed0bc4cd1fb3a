import { describe, expect, it } from 'vitest';
import { TrainingError } from '../training-error.js';
import { readPackageFile } from './package-file.js';

describe('a file of an npm package', () => {
  it('is read although the package does not export it', () => {
    expect(JSON.parse(readPackageFile('vega-datasets', 'data/penguins.json'))).toHaveLength(344);
  });

  it.each([
    ['no-such-package', 'data/penguins.json'],
    ['vega-datasets', 'data/no-such-file.json'],
  ])('is missed by name, with what brings it: %s/%s', (name, path) => {
    const attempt = () => readPackageFile(name, path);
    expect(attempt).toThrow(TrainingError);
    expect(attempt).toThrow(`There is no ${path} of the npm package ${name}; "npm install" brings the package.`);
  });
});
