import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

const SHIPPED = join(import.meta.dirname, '../../models');
export const CARS = 'car-evaluation';

interface Origin {
  /** The shipped package that it is a copy of, as `<name>/<version>`. */
  readonly from: string;
  /** Changes the manifest, and the golden records with it. */
  readonly edit?: (manifest: Json, golden: Json) => void;
}

type Json = Record<string, any>;

/** A folder of packages made from those that ship, and a state folder beside it. Packages are named `<name>/<version>`. */
export class ModelsFolder {
  private constructor(private readonly root: string) {}

  /** With the shipped packages of these names. */
  static async with(...packages: string[]): Promise<ModelsFolder> {
    const folder = new ModelsFolder(await mkdtemp(join(tmpdir(), 'tensornest-models-')));
    await mkdir(folder.models);
    for (const name of packages) await folder.add(name, { from: name });
    return folder;
  }

  get models(): string {
    return join(this.root, 'models');
  }

  get state(): string {
    return join(this.root, 'state');
  }

  /** What tells a service to use it. */
  get env(): { MODELS_DIR: string; STATE_DIR: string } {
    return { MODELS_DIR: this.models, STATE_DIR: this.state };
  }

  path(name: string, ...file: string[]): string {
    return join(this.models, name, ...file);
  }

  /** Has the package appear by a rename, as it should; one that was there is gone before. */
  async add(name: string, origin: Origin): Promise<void> {
    const made = await this.make(name, origin);
    await rm(this.path(name), { recursive: true, force: true });
    await mkdir(dirname(this.path(name)), { recursive: true });
    await rename(made, this.path(name));
  }

  /** Copies the package one half of a file after the other, its manifest first, in about `milliseconds`. */
  async copySlowly(name: string, origin: Origin, milliseconds: number): Promise<void> {
    const made = await this.make(name, origin);
    const files = (await readdir(made)).sort((one, other) => rank(one) - rank(other));
    await mkdir(this.path(name), { recursive: true });
    for (const file of files) {
      const bytes = await readFile(join(made, file));
      const half = Math.floor(bytes.length / 2);
      for (const [flag, part] of [['w', bytes.subarray(0, half)] as const, ['a', bytes.subarray(half)] as const]) {
        await setTimeout(milliseconds / files.length / 2);
        await writeFile(this.path(name, file), part, { flag });
      }
    }
  }

  /** The package, somewhere outside of the models. */
  async make(name: string, { from, edit = () => undefined }: Origin): Promise<string> {
    const made = await mkdtemp(join(this.root, 'made-'));
    await cp(join(SHIPPED, from), made, { recursive: true });
    const read = async (file: string) => JSON.parse(await readFile(join(made, file), 'utf8')) as Json;
    const [manifest, golden] = [await read('manifest.json'), await read('golden.json')];
    Object.assign(manifest, { name: dirname(name), version: basename(name) });
    const listed = manifest.files.find(({ path }: Json) => path === 'golden.json');
    edit(manifest, golden);
    const text = JSON.stringify(golden);
    await writeFile(join(made, 'golden.json'), text);
    Object.assign(listed, { bytes: text.length, sha256: createHash('sha256').update(text).digest('hex') });
    await writeFile(join(made, 'manifest.json'), JSON.stringify(manifest));
    return made;
  }

  /** Spoils the package where it is: digest-mismatch. */
  async damage(name: string): Promise<void> {
    const bytes = await readFile(this.path(name, 'weights.bin'));
    bytes[8]! ^= 1;
    await writeFile(this.path(name, 'weights.bin'), bytes);
  }

  async remove(name = ''): Promise<void> {
    await rm(name === '' ? this.root : this.path(name), { recursive: true, force: true });
  }
}

function rank(file: string): number {
  return file === 'manifest.json' ? 0 : 1;
}
