import { readFile } from 'node:fs/promises';
import type { AppConfig } from '../../core/app-config.js';
import { TensornestError } from '../../core/errors.js';
import type { InferenceBackend } from '../../core/ports/inference-backend.js';
import type { PackageManifest } from '../../model/package/package-manifest.js';
import { readPackage } from '../../model/package/reader.js';
import { type PackageContents, writePackage } from '../../model/package/writer.js';
import { BACKENDS } from '../../runtime/backends/index.js';
import { importSklearn } from '../../training/imported/import-sklearn.js';
import { isSklearnExport, parseSklearnExport } from '../../training/imported/sklearn-export.js';
import { UsageError } from '../exit.js';
import { importTensors, type ImportOptions } from './import-model.js';
import { withSlot } from './run-slot.js';

export interface Imported {
  readonly folder: string;
  readonly digest: string;
  /** Sentences for whoever imports. */
  readonly notes: readonly string[];
}

interface Made {
  readonly contents: PackageContents<PackageManifest>;
  readonly notes: readonly string[];
}

/**
 * Makes a package of the model in `file` and shows it in the models folder once it has been opened as the service opens
 * it: every digest, shape and golden record was tried.
 */
export async function importFile(file: string, options: ImportOptions, config: AppConfig): Promise<Imported> {
  const parsed = parse(file, await read(file));
  const backend = await BACKENDS.wasm();
  let made: Made;
  try {
    made = await make(file, parsed, options, backend);
  } finally {
    await backend.close();
  }
  const { name, version } = options;
  let digest = '';
  const folder = await writePackage(config.models.dir, made.contents, async (staged) => {
    const found = await readPackage(staged, { name, version });
    await withSlot(found, config, () => Promise.resolve());
    ({ digest } = found);
  });
  return { folder, digest, notes: made.notes };
}

async function make(file: string, parsed: unknown, options: ImportOptions, backend: InferenceBackend): Promise<Made> {
  if (isSklearnExport(parsed)) return importSklearn(parseSklearnExport(parsed), { ...options, date: new Date() });
  return { contents: await importTensors(file, parsed as Record<string, unknown>, options, backend), notes: [] };
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(code === 'ENOENT' ? `There is no file "${file}".` : `"${file}" cannot be read: ${code}.`);
  }
}

function parse(file: string, text: string): unknown {
  try {
    const value = JSON.parse(text) as unknown;
    if (typeof value === 'object' && value !== null) return value;
  } catch (cause) {
    throw new TensornestError('model-invalid', `${file}: is not valid JSON.`, { cause });
  }
  throw new TensornestError('model-invalid', `${file}: must hold a JSON object.`);
}
