import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { PackageRef } from '../../core/ports/model-store.js';
import { MODEL_FOLDER, npmName, PACKAGE_JSON, parsePackageJson } from '../package/tarball-layout.js';
import { isSatisfied, type ModelSpec } from './model-spec.js';

/** A model package that npm has installed as a dependency; not yet read, so not yet known to be sound. */
export interface InstalledModel {
  readonly ref: PackageRef;
  /** The folder of the model package: it holds the manifest. */
  readonly folder: string;
}

/**
 * The model package in the nearest `node_modules`, from `folder` upwards as Node looks for modules, if it satisfies the
 * spec. A dist-tag is satisfied by none, since only the registry knows what it stands for.
 *
 * @param scope such as `@acme`; null for packages without a scope.
 */
export async function findInstalled(
  spec: ModelSpec,
  folder: string,
  scope: string | null,
): Promise<InstalledModel | undefined> {
  const home = join(folder, 'node_modules', npmName(spec.name, scope));
  const ref = await readRef(join(home, PACKAGE_JSON));
  if (ref?.name === spec.name) {
    return isSatisfied(spec, ref.version) ? { ref, folder: join(home, MODEL_FOLDER) } : undefined;
  }
  const parent = dirname(folder);
  return parent === folder ? undefined : findInstalled(spec, parent, scope);
}

/** The model that a `package.json` names; none where there is no such file or it is another kind of package's. */
async function readRef(file: string): Promise<PackageRef | undefined> {
  try {
    return parsePackageJson(await readFile(file));
  } catch {
    return undefined;
  }
}
