import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { rcompare, valid } from 'semver';
import { APP_CONFIG, type AppConfig } from '../../core/app-config.js';
import type { ModelStore, PackageRef } from '../../core/ports/model-store.js';
import { MODEL_NAME } from '../package/manifest.js';

/** `MODELS_DIR/<name>/<version>/`. Folders with other names are none of its business. */
@Injectable()
export class LocalFolderStore implements ModelStore {
  private readonly root: string;

  constructor(@Inject(APP_CONFIG) { models }: AppConfig) {
    this.root = models.dir;
  }

  async list(): Promise<PackageRef[]> {
    const names = (await folders(this.root)).filter((name) => MODEL_NAME.test(name)).sort();
    const refs = await Promise.all(names.map((name) => this.versionsOf(name)));
    return refs.flat();
  }

  locate({ name, version }: PackageRef): string {
    return join(this.root, name, version);
  }

  private async versionsOf(name: string): Promise<PackageRef[]> {
    const versions = (await folders(join(this.root, name))).filter((version) => valid(version) === version);
    return versions.sort(rcompare).map((version) => ({ name, version }));
  }
}

/** The folders in `path`; none when it cannot be read, since an empty store says "not ready" by itself. */
async function folders(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}
