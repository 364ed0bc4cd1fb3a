import { lstat } from 'node:fs/promises';
import type { z } from 'zod';
import { type PackageFault, reasonOf, TensornestError } from '../../core/errors.js';
import type { ModelArtifacts } from '../../core/ports/inference-backend.js';
import type { PackageRef } from '../../core/ports/model-store.js';
import { assertConfined, assertNothingElse, readListed, readRegular, sha256 } from './integrity.js';
import {
  GOLDEN_FILE,
  type GoldenRecords,
  GoldenSchema,
  type Manifest,
  MANIFEST_FILE,
  ManifestSchema,
  MODEL_FILE,
} from './manifest.js';

/** A package whose every byte was checked against its manifest. */
export interface ModelPackage {
  readonly manifest: Manifest;
  /** `sha256:` and the digest of the manifest, which holds the digest of every other file. */
  readonly digest: string;
  readonly artifacts: ModelArtifacts;
  readonly golden: GoldenRecords;
}

type JsonObject = Record<string, unknown>;

/**
 * Reads the package in `folder`, which must be the one that `ref` names. Digests are checked before anything is
 * parsed. Refuses with a `TensornestError` whose code is a `PackageFault` and whose message names the file.
 */
export async function readPackage(folder: string, ref: PackageRef): Promise<ModelPackage> {
  const manifestBytes = await readManifestBytes(folder);
  const manifest = parseManifest(manifestBytes, ref);
  const contents = new Map<string, Buffer>();
  for (const file of manifest.files) contents.set(file.path, await readListed(folder, file));
  await assertNothingElse(folder, [MANIFEST_FILE, ...contents.keys()]);
  return {
    manifest,
    digest: `sha256:${sha256(manifestBytes)}`,
    artifacts: toArtifacts(manifest, contents),
    golden: parseGolden(manifest, contents),
  };
}

async function readManifestBytes(folder: string): Promise<Buffer> {
  const stats = await lstat(folder).catch(() => undefined);
  if (!stats?.isDirectory()) throw new TensornestError('manifest-missing', 'The package is not a folder.');
  try {
    return await readRegular(folder, MANIFEST_FILE);
  } catch (cause) {
    throw new TensornestError('manifest-missing', reasonOf(cause), { cause });
  }
}

function parseManifest(bytes: Buffer, { name, version }: PackageRef): Manifest {
  const manifest = parseFile(MANIFEST_FILE, bytes, ManifestSchema, 'manifest-invalid');
  if (manifest.name !== name || manifest.version !== version) {
    throw new TensornestError(
      'manifest-invalid',
      `${MANIFEST_FILE}: is for ${manifest.name} ${manifest.version}, but its folder says ${name} ${version}.`,
    );
  }
  return manifest;
}

function parseGolden({ signature }: Manifest, contents: ReadonlyMap<string, Buffer>): GoldenRecords {
  const golden = parseFile(GOLDEN_FILE, listed(contents, GOLDEN_FILE), GoldenSchema, 'golden-invalid');
  const classes = signature.classes.length;
  const wrong = golden.records.findIndex(({ probabilities }) => probabilities.length !== classes);
  if (wrong !== -1) {
    throw new TensornestError('golden-invalid', `${GOLDEN_FILE}: record ${wrong} must have ${classes} probabilities.`);
  }
  return golden;
}

function toArtifacts({ runtime }: Manifest, contents: ReadonlyMap<string, Buffer>): ModelArtifacts {
  const modelJson = parseJson(MODEL_FILE, listed(contents, MODEL_FILE), 'model-invalid') as JsonObject;
  const parts = weightPaths(modelJson).map((path) => listed(contents, path));
  const weights = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  parts.reduce((at, part) => (weights.set(part, at), at + part.byteLength), 0);
  return { format: runtime.format, modelJson, weights: weights.buffer };
}

function weightPaths(modelJson: JsonObject): string[] {
  const groups: unknown = modelJson.weightsManifest;
  if (!Array.isArray(groups)) throw new TensornestError('model-invalid', `${MODEL_FILE}: has no weightsManifest.`);
  return groups.flatMap((group: { paths?: unknown } | null) => {
    const paths = group?.paths;
    if (!Array.isArray(paths) || !paths.every((path) => typeof path === 'string')) {
      throw new TensornestError('model-invalid', `${MODEL_FILE}: weightsManifest needs a list of paths.`);
    }
    paths.forEach(assertConfined);
    return paths;
  });
}

function listed(contents: ReadonlyMap<string, Buffer>, path: string): Buffer {
  const content = contents.get(path);
  if (content === undefined) throw new TensornestError('file-missing', `${path}: is not listed in the manifest.`);
  return content;
}

function parseFile<S extends z.ZodType>(file: string, bytes: Buffer, schema: S, fault: PackageFault): z.infer<S> {
  const parsed = schema.safeParse(parseJson(file, bytes, fault));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.length ? `${issue.path.join('.')}: ` : '';
  throw new TensornestError(fault, `${file}: ${where}${issue?.message ?? 'is invalid'}.`);
}

function parseJson(file: string, bytes: Buffer, fault: PackageFault): unknown {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw new TensornestError(fault, `${file}: is not valid JSON.`, { cause });
  }
  if (typeof value !== 'object' || value === null) {
    throw new TensornestError(fault, `${file}: must hold a JSON object.`);
  }
  return value;
}
