import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { rsort, valid } from 'semver';
import { findInstalled, type InstalledModel } from './installed-models.js';
import { isSatisfied, type ModelSpec } from './model-spec.js';
import type { NpmRegistry } from './npm-registry.js';
import { pull } from './pull.js';
import type { StageOptions } from './staging.js';

/** Where a wanted model may be. */
export interface ModelSources {
  readonly modelsDir: string;
  /** Where the search for `node_modules` begins. */
  readonly workingDir: string;
  readonly scope: string | null;
  /** Called only when something must be pulled. */
  connect(): Promise<NpmRegistry>;
}

/** A wanted model, and where it was found. */
export interface Acquired extends InstalledModel {
  readonly from: 'node_modules' | 'models-dir' | 'registry';
}

/**
 * Has the wanted model at hand: from `node_modules`, else from the models folder, else pulled from the registry. A
 * dist-tag is always asked of the registry, because it may have moved.
 */
export async function acquire(spec: ModelSpec, sources: ModelSources, options: StageOptions = {}): Promise<Acquired> {
  const { modelsDir, workingDir, scope } = sources;
  const installed = await findInstalled(spec, workingDir, scope);
  if (installed !== undefined) return { ...installed, from: 'node_modules' };
  const there = await newestIn(join(modelsDir, spec.name), spec);
  const ref = there ?? (await pull(await sources.connect(), spec, modelsDir, options)).ref;
  const from = there === undefined ? 'registry' : 'models-dir';
  return { ref, folder: join(modelsDir, ref.name, ref.version), from };
}

async function newestIn(folder: string, spec: ModelSpec): Promise<{ name: string; version: string } | undefined> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const versions = entries.filter((entry) => entry.isDirectory() && valid(entry.name) === entry.name);
  const [version] = rsort(versions.map(({ name }) => name).filter((name) => isSatisfied(spec, name)));
  return version === undefined ? undefined : { name: spec.name, version };
}
