import type { AppConfig } from '../../core/app-config.js';
import { refusalFrom, type TensornestError } from '../../core/errors.js';
import type { MissingModel, ModelStore, PackageRef, StoredPackage } from '../../core/ports/model-store.js';
import type { ReadNpmSettings } from '../../core/ports/npm-settings.js';
import { acquire, type Acquired, type ModelSources } from './acquire.js';
import { folderRevision, type LocalFolderStore } from './local-folder.store.js';
import { type ModelSpec, parseModelSpec } from './model-spec.js';
import { NpmRegistry } from './npm-registry.js';

/**
 * The models that `MODELS` names, and no others: from `node_modules`, from `MODELS_DIR`, or pulled into it from the npm
 * registry. The version that a spec stands for is the one that is served.
 */
export class WantedModelsStore implements ModelStore {
  private readonly specs: readonly ModelSpec[];
  private readonly acquired = new Map<string, Acquired>();

  constructor(
    private readonly local: LocalFolderStore,
    private readonly config: AppConfig,
    private readonly settings: ReadNpmSettings,
  ) {
    this.specs = config.models.wanted.map(parseModelSpec);
  }

  async list(): Promise<StoredPackage[]> {
    const names = new Set(this.specs.map(({ name }) => name));
    const local = (await this.local.list()).filter(({ name }) => names.has(name));
    const installed = [...this.acquired.values()].filter(({ from }) => from === 'node_modules');
    const replaced = new Set(installed.map(({ ref }) => keyOf(ref)));
    const linked = installed.map(async ({ ref, folder }) => ({ ...ref, revision: await folderRevision(folder) }));
    return [...(await Promise.all(linked)), ...local.filter((ref) => !replaced.has(keyOf(ref)))];
  }

  locate(ref: PackageRef): string {
    const found = this.acquired.get(ref.name);
    return found !== undefined && keyOf(found.ref) === keyOf(ref) ? found.folder : this.local.locate(ref);
  }

  watch(changed: () => void): Promise<() => Promise<void>> {
    return this.local.watch(changed);
  }

  /** What a spec stood for stays in service while the registry cannot be asked. */
  async fetch(): Promise<MissingModel[]> {
    const missing: MissingModel[] = await this.local.fetch();
    for (const spec of this.specs) {
      // A range is content with what it has; a dist-tag may have moved.
      if (spec.wanted.kind === 'range' && this.acquired.has(spec.name)) continue;
      const error = await this.acquire(spec);
      if (error !== undefined) missing.push({ name: spec.name, error });
    }
    return missing;
  }

  chosen(name: string): string | undefined {
    return this.acquired.get(name)?.ref.version;
  }

  private async acquire(spec: ModelSpec): Promise<TensornestError | undefined> {
    const { dir: modelsDir, scope, requireSignature } = this.config.models;
    const sources: ModelSources = {
      modelsDir,
      workingDir: process.cwd(),
      scope,
      connect: async () => new NpmRegistry(scope, await this.settings()),
    };
    try {
      this.acquired.set(
        spec.name,
        await acquire(spec, sources, { requireSignature, maxBytes: this.config.limits.packageBytes }),
      );
      return undefined;
    } catch (error) {
      return refusalFrom(error);
    }
  }
}

function keyOf({ name, version }: PackageRef): string {
  return `${name}@${version}`;
}
