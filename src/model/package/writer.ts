import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { TensornestError } from '../../core/errors.js';
import { assertConfined, sha256 } from './integrity.js';
import {
  CARD_FILE,
  FORMAT_VERSION,
  GOLDEN_FILE,
  type GoldenRecords,
  type Manifest,
  MANIFEST_FILE,
  MODEL_FILE,
} from './manifest.js';
import { type PackageManifest, PackageManifestSchema } from './package-manifest.js';
import type { TensorGolden } from './tensor-manifest.js';

export const WEIGHTS_FILE = 'weights.bin';

type Written<M> = Omit<M, '$schema' | 'formatVersion' | 'files'>;

/** Everything of a package but the parts that follow from it. */
export interface PackageContents<M extends PackageManifest = Manifest> {
  readonly manifest: Written<M>;
  /** TensorFlow.js `model.json`, with one weights group in `weights.bin`. */
  readonly modelJson: Record<string, unknown>;
  readonly weights: Uint8Array;
  readonly golden: M extends Manifest ? GoldenRecords : TensorGolden;
  /** The model card, in Markdown. */
  readonly card: string;
}

/**
 * Writes `<modelsDir>/<name>/<version>/` and resolves to that folder. The package appears whole, by one rename, or not
 * at all; an older package of the same version is replaced.
 *
 * @param prove is given the folder before anybody sees it; where it rejects, nothing appears and nothing is replaced.
 */
export async function writePackage<M extends PackageManifest>(
  modelsDir: string,
  contents: PackageContents<M>,
  prove: (folder: string) => Promise<void> = () => Promise.resolve(),
): Promise<string> {
  const files = new Map<string, Uint8Array | string>([
    [MODEL_FILE, toJson(contents.modelJson)],
    [WEIGHTS_FILE, contents.weights],
    [GOLDEN_FILE, toJson(contents.golden)],
    [CARD_FILE, contents.card],
  ]);
  const manifest = PackageManifestSchema.safeParse({
    $schema: '../../manifest.schema.json',
    formatVersion: FORMAT_VERSION,
    ...contents.manifest,
    files: [...files].map(([path, content]) => describe(path, content)),
  });
  if (!manifest.success) throw new TensornestError('manifest-invalid', manifest.error.message);
  files.set(MANIFEST_FILE, toJson(manifest.data));
  const { name, version } = manifest.data;
  return replaceFolder(join(modelsDir, name, version), files, prove);
}

function describe(path: string, content: Uint8Array | string): Manifest['files'][number] {
  assertConfined(path);
  return { path, bytes: Buffer.byteLength(content), sha256: sha256(content) };
}

async function replaceFolder(
  target: string,
  files: ReadonlyMap<string, Uint8Array | string>,
  prove: (folder: string) => Promise<void>,
): Promise<string> {
  await mkdir(dirname(target), { recursive: true });
  const staging = await mkdtemp(join(dirname(target), '.staging-'));
  try {
    for (const [path, content] of files) await writeFile(join(staging, path), content);
    // NOTE: mkdtemp makes a private folder; a package is read by whoever serves it.
    await chmod(staging, 0o755);
    await prove(staging);
    await rm(target, { recursive: true, force: true });
    await rename(staging, target);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  return target;
}

function toJson(value: unknown): string {
  return JSON.stringify(value, null, 2) + '\n';
}
