import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, '../..');

/** What `npm pack` made. */
export interface Packed {
  readonly path: string;
  /** Bytes as they travel. */
  readonly size: number;
  readonly unpackedSize: number;
  /** Paths within the package. */
  readonly files: readonly string[];
}

/** Packs the project into a new temporary folder. */
export async function packProject(): Promise<Packed> {
  const folder = await mkdtemp(join(tmpdir(), 'tensornest-pack-'));
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: ROOT });
  // NOTE: what is built for the package is told before the JSON; npm 11 wraps a list, npm 12 an object by name.
  const told = JSON.parse(stdout.slice(stdout.search(/^[[{]/m))) as PackedJson[] | Record<string, PackedJson>;
  const [{ filename, size, unpackedSize, files }] = Object.values(told) as [PackedJson];
  return { path: join(folder, filename), size, unpackedSize, files: files.map(({ path }) => path) };
}

interface PackedJson {
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

/**
 * Puts the packed project into `folder/node_modules` as an install would, without a registry: beside it are links to what it
 * depends on in production, and to nothing else of what is installed here.
 *
 * @param others packages of development that the test itself needs there.
 */
export async function installInto(folder: string, tarball: string, others: readonly string[] = []): Promise<void> {
  const modules = join(folder, 'node_modules');
  const own = join(modules, 'tensornest');
  await mkdir(own, { recursive: true });
  await run('tar', ['-xzf', tarball, '-C', own, '--strip-components=1']);
  const { packages } = JSON.parse(await readFile(join(ROOT, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, { readonly dev?: true; readonly optional?: true }>>;
  };
  const names = Object.entries(packages)
    .filter(([path, { dev, optional }]) => /^node_modules\/(@[^/]+\/)?[^/]+$/.test(path) && !dev && !optional)
    .map(([path]) => path.slice('node_modules/'.length));
  for (const name of new Set([...names, ...others])) {
    await mkdir(dirname(join(modules, name)), { recursive: true });
    await symlink(join(ROOT, 'node_modules', name), join(modules, name));
  }
  await mkdir(join(modules, '.bin'));
  const { bin } = JSON.parse(await readFile(join(own, 'package.json'), 'utf8')) as { bin: Record<string, string> };
  for (const [name, file] of Object.entries(bin))
    await symlink(join('../tensornest', file), join(modules, '.bin', name));
}
