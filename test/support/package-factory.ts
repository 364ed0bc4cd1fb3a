import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SOURCE = join(import.meta.dirname, '../../models/car-evaluation/2.0.0');

/** A models folder of its own, with a copy of the shipped package to damage. */
export interface PackageFolder {
  /** For `MODELS_DIR`. */
  readonly models: string;
  /** The package itself. */
  readonly path: string;
  file(name: string): string;
  json<T = Record<string, any>>(name: string): Promise<T>;
  /** Writes a file without telling the manifest. */
  write(name: string, content: string | Uint8Array): Promise<void>;
  /** Writes a file and makes the manifest agree with it: damage that no digest can see. */
  forge(name: string, content: string | Uint8Array): Promise<void>;
  remove(): Promise<void>;
}

export async function copyPackage(): Promise<PackageFolder> {
  const models = await mkdtemp(join(tmpdir(), 'tensornest-models-'));
  const path = join(models, 'car-evaluation/2.0.0');
  await cp(SOURCE, path, { recursive: true });
  const file = (name: string) => join(path, name);
  const json = async (name: string) => JSON.parse(await readFile(file(name), 'utf8'));
  const write = (name: string, content: string | Uint8Array) => writeFile(file(name), content);
  return {
    models,
    path,
    file,
    json,
    write,
    async forge(name, content) {
      await write(name, content);
      const manifest = await json('manifest.json');
      const entry = manifest.files.find((listed: { path: string }) => listed.path === name);
      entry.bytes = Buffer.byteLength(content);
      entry.sha256 = createHash('sha256').update(content).digest('hex');
      await write('manifest.json', JSON.stringify(manifest));
    },
    remove: () => rm(models, { recursive: true, force: true }),
  };
}
