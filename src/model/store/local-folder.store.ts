import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { rcompare, valid } from 'semver';
import { APP_CONFIG, type AppConfig } from '../../core/app-config.js';
import type { ModelStore, PackageRef, StoredPackage } from '../../core/ports/model-store.js';
import { MODEL_NAME } from '../package/manifest.js';
import { flatPackage } from './flat-package.js';
import { sweepStaging } from './staging-folder.js';

/** How deep the files of a package lie below MODELS_DIR, with a folder of their own inside. */
const DEPTH = 4;

/** `MODELS_DIR/<name>/<version>/`, or one package that `MODELS_DIR` is itself. Other folders are none of its business. */
@Injectable()
export class LocalFolderStore implements ModelStore {
  private readonly root: string;
  private readonly flatName: string | null;

  constructor(@Inject(APP_CONFIG) { models }: AppConfig) {
    this.root = models.dir;
    this.flatName = models.flatName;
  }

  async list(): Promise<StoredPackage[]> {
    const flat = await flatPackage(this.root, this.flatName);
    if (flat !== undefined) return [await this.stored(flat)];
    const names = (await folders(this.root)).filter((name) => MODEL_NAME.test(name)).sort();
    const refs = await Promise.all(names.map((name) => this.versionsOf(name)));
    return refs.flat();
  }

  locate({ name, version, packagedAs }: PackageRef): string {
    return packagedAs !== undefined ? this.root : join(this.root, name, version);
  }

  async watch(changed: () => void): Promise<() => Promise<void>> {
    // NOTE: imported here, so that starting does not wait for it.
    const { watch } = await import('chokidar');
    const isHidden = (path: string) => path.slice(this.root.length).includes('/.');
    const watcher = watch(this.root, { ignoreInitial: true, depth: DEPTH, ignored: isHidden });
    watcher.on('all', changed);
    // What came after the first load and before the watching is told by nobody.
    watcher.on('ready', changed);
    // A folder that cannot be watched is looked at from time to time all the same.
    watcher.on('error', () => undefined);
    return () => watcher.close();
  }

  async fetch(): Promise<[]> {
    await sweepStaging(this.root);
    return [];
  }

  chosen(): undefined {
    return undefined;
  }

  private async versionsOf(name: string): Promise<StoredPackage[]> {
    const versions = (await folders(join(this.root, name))).filter((version) => valid(version) === version);
    return Promise.all(versions.sort(rcompare).map((version) => this.stored({ name, version })));
  }

  private async stored(ref: PackageRef): Promise<StoredPackage> {
    return { ...ref, revision: await folderRevision(this.locate(ref)) };
  }
}

/** Inode, size and times of every file: a file that was written again or replaced shows in one of them. */
export async function folderRevision(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
  const marks = await Promise.all(
    files.sort().map(async (file) => {
      const found = await stat(file).catch(() => undefined);
      return found === undefined ? 'gone' : [found.ino, found.size, found.mtimeMs, found.ctimeMs].join(':');
    }),
  );
  return marks.join(' ');
}

/** The folders in `path`; none when it cannot be read, since an empty store says "not ready" by itself. */
async function folders(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}
