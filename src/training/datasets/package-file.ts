import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { TrainingError } from '../training-error.js';

const require = createRequire(import.meta.url);

/**
 * The text of a file in an installed npm package. It is looked for where Node looks for the package itself, as the
 * package's `exports` may hide its data files from the module loader.
 *
 * @param path relative to the folder of the package.
 */
export function readPackageFile(packageName: string, path: string): string {
  const places = (require.resolve.paths(packageName) ?? []).map((folder) => join(folder, packageName, path));
  const found = places.find((place) => existsSync(place));
  if (found !== undefined) return readFileSync(found, 'utf8');
  throw new TrainingError(`There is no ${path} of the npm package ${packageName}; "npm install" brings the package.`);
}
