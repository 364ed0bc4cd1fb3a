import type { KeyObject } from 'node:crypto';
import { lstat } from 'node:fs/promises';
import type { z } from 'zod';
import { type PackageFault, reasonOf, TensornestError } from '../../core/errors.js';
import type { ModelArtifacts } from '../../core/ports/inference-backend.js';
import type { PackageRef } from '../../core/ports/model-store.js';
import { assertConfined, assertNothingElse, readListed, readRegular, sha256 } from './integrity.js';
import { GOLDEN_FILE, type GoldenRecords, GoldenSchema, type Manifest, MANIFEST_FILE, MODEL_FILE } from './manifest.js';
import type { PackageFile } from './manifest.js';
import {
  assertKnownLayers,
  assertNothingRemote,
  assertWeightsInOrder,
  type ModelJson,
  ModelJsonSchema,
} from './model-json.js';
import { type PackageManifest, PackageManifestSchema } from './package-manifest.js';
import { assertSigned, hasSignature, readSignature, SIGNATURE_FILE, type SignedState } from './signature-file.js';
import { type TensorGolden, TensorGoldenSchema, type TensorManifest } from './tensor-manifest.js';
import { assertSoundWeights } from './weights.js';

/** Most bytes of a package, where nothing else is said: 1 GiB. */
const MAX_PACKAGE_BYTES = 1_073_741_824;
/** Objects and lists inside of each other. A layer takes four, and models are nested in layers. */
const MAX_DEPTH = 200;

interface PackageContents {
  /** `sha256:` and the digest of the manifest, which holds the digest of every other file. */
  readonly digest: string;
  readonly artifacts: ModelArtifacts;
  /** Whether its owner's signature was checked, or there is one at all. */
  readonly signed: SignedState;
}

/** The package of a tabular classifier. */
export interface TabularPackage extends PackageContents {
  readonly kind: 'tabular';
  readonly manifest: Manifest;
  readonly golden: GoldenRecords;
}

/** The package of a model that takes and gives tensors. */
export interface TensorPackage extends PackageContents {
  readonly kind: 'tensor';
  readonly manifest: TensorManifest;
  readonly golden: TensorGolden;
}

/** A package whose every byte was checked against its manifest. */
export type ModelPackage = TabularPackage | TensorPackage;

export interface ReadOptions {
  /** The Ed25519 public key whose owner must have signed the package; without it a signature is not looked at. */
  readonly requireSignature?: KeyObject | null;
  /** Most bytes of all files together; 1 GiB when absent. */
  readonly maxBytes?: number;
}

/**
 * Reads the package in `folder`, which must be the one that `ref` names. Signature and digests are checked before
 * anything is parsed. Refuses with a `TensornestError` whose code is a `PackageFault` and whose message names the file.
 */
export async function readPackage(
  folder: string,
  ref: PackageRef,
  { requireSignature = null, maxBytes = MAX_PACKAGE_BYTES }: ReadOptions = {},
): Promise<ModelPackage> {
  const manifestBytes = await readManifestBytes(folder, maxBytes);
  const manifestDigest = sha256(manifestBytes);
  const signed = requireSignature === null ? null : await readSignature(folder, requireSignature);
  if (signed !== null) assertSigned(signed, new Map([[MANIFEST_FILE, manifestDigest]]));
  const manifest = parseManifest(manifestBytes, ref);
  if (signed !== null) assertSigned(signed, new Map(manifest.files.map((file) => [file.path, file.sha256])));
  assertSize(manifestBytes, manifest.files, maxBytes);
  const contents = new Map<string, Buffer>();
  for (const file of manifest.files) contents.set(file.path, await readListed(folder, file));
  await assertNothingElse(folder, [MANIFEST_FILE, SIGNATURE_FILE, ...contents.keys()]);
  const rest = {
    digest: `sha256:${manifestDigest}`,
    artifacts: await toArtifacts(manifest, contents),
    signed: signed === null ? await lookForSignature(folder) : ('verified' as const),
  };
  return manifest.task === 'classification'
    ? { kind: 'tabular', manifest, golden: parseGolden(manifest, contents), ...rest }
    : { kind: 'tensor', manifest, golden: parseTensorGolden(contents), ...rest };
}

async function lookForSignature(folder: string): Promise<SignedState> {
  return (await hasSignature(folder)) ? 'not-checked' : 'no';
}

async function readManifestBytes(folder: string, maxBytes: number): Promise<Buffer> {
  const stats = await lstat(folder).catch(() => undefined);
  if (!stats?.isDirectory()) throw new TensornestError('manifest-missing', 'The package is not a folder.');
  try {
    return await readRegular(folder, MANIFEST_FILE, maxBytes);
  } catch (cause) {
    if (cause instanceof TensornestError && cause.code !== 'file-missing') throw cause;
    throw new TensornestError('manifest-missing', reasonOf(cause), { cause });
  }
}

/** Before any of the files is read. A file that is larger than the manifest says is not read either. */
function assertSize(manifest: Buffer, files: readonly PackageFile[], maxBytes: number): void {
  const bytes = files.reduce((sum, file) => sum + file.bytes, manifest.byteLength);
  if (bytes <= maxBytes) return;
  throw new TensornestError('package-too-large', `${MANIFEST_FILE}: lists ${bytes} bytes, of ${maxBytes} at most.`);
}

function parseManifest(bytes: Buffer, { name, version, packagedAs = name }: PackageRef): PackageManifest {
  const manifest = parseFile(MANIFEST_FILE, bytes, PackageManifestSchema, 'manifest-invalid');
  if (manifest.name !== packagedAs || manifest.version !== version) {
    throw new TensornestError(
      'manifest-invalid',
      `${MANIFEST_FILE}: is for ${manifest.name} ${manifest.version}, but its folder says ${packagedAs} ${version}.`,
    );
  }
  return { ...manifest, name };
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

function parseTensorGolden(contents: ReadonlyMap<string, Buffer>): TensorGolden {
  return parseFile(GOLDEN_FILE, listed(contents, GOLDEN_FILE), TensorGoldenSchema, 'golden-invalid');
}

async function toArtifacts(
  { runtime }: PackageManifest,
  contents: ReadonlyMap<string, Buffer>,
): Promise<ModelArtifacts> {
  const modelJson = parseFile(MODEL_FILE, listed(contents, MODEL_FILE), ModelJsonSchema, 'model-invalid');
  const { weightsManifest } = modelJson;
  const paths = weightsManifest.flatMap((group) => group.paths);
  paths.forEach(assertConfined);
  assertNothingRemote(modelJson);
  // NOTE: a graph model has operations in the place of layers, and its entries may stand in any order.
  if (runtime.format === 'layers-model') assertLayers(modelJson);
  const parts = paths.map((path) => listed(contents, path));
  const weights = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  parts.reduce((at, part) => (weights.set(part, at), at + part.byteLength), 0);
  const specs = weightsManifest.flatMap((group) => group.weights);
  await assertSoundWeights(specs, weights.buffer);
  return { format: runtime.format, modelJson, weights: weights.buffer };
}

function assertLayers(modelJson: ModelJson): void {
  assertKnownLayers(modelJson);
  assertWeightsInOrder(modelJson);
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
  if (isDeeper(value, MAX_DEPTH)) throw new TensornestError(fault, `${file}: is nested more than ${MAX_DEPTH} deep.`);
  return value;
}

/** NOTE: not recursive, because whoever comes after is and would run out of stack. */
function isDeeper(value: object, limit: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > limit) return true;
    level = level.flatMap((one): unknown[] => (typeof one === 'object' && one !== null ? Object.values(one) : []));
  }
  return false;
}
