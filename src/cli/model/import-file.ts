import { access, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { TensornestError } from '../../core/errors.js';
import type { InferenceBackend, ModelArtifacts } from '../../core/ports/inference-backend.js';
import type { TensorFunction } from '../../core/signature.js';
import type { Manifest } from '../../model/package/manifest.js';
import type { PackageManifest } from '../../model/package/package-manifest.js';
import { readPackage } from '../../model/package/reader.js';
import { type PackageContents, writePackage } from '../../model/package/writer.js';
import { BACKENDS } from '../../runtime/backends/index.js';
import { completeSignature, parseSignature } from '../../training/imported/given-signature.js';
import { type Classifier, importClassifier } from '../../training/imported/import-classifier.js';
import { importSklearn } from '../../training/imported/import-sklearn.js';
import { readTfjs } from '../../training/imported/read-tfjs.js';
import { isSklearnExport, parseSklearnExport } from '../../training/imported/sklearn-export.js';
import { MISSING_MARKERS } from '../../training/table/infer-schema.js';
import { type Ask, questionsOn } from '../asking.js';
import { UsageError } from '../exit.js';
import { readTable } from '../rows/table-file.js';
import type { Context } from './command.js';
import { importTensors } from './import-model.js';
import { asRowsModel, complete, type CompleteWords, type ImportWords, rowsText, saysRows } from './import-words.js';
import { assertColumns, labelledRows } from './labelled-rows.js';
import { withSlot } from './run-slot.js';

/** Stands beside a model.json, where the words of the command name no other. */
const SIGNATURE_FILE = 'signature.json';
const MODEL_FILE = 'model.json';

export interface Imported {
  readonly name: string;
  readonly version: string;
  readonly folder: string;
  readonly digest: string;
  /** Sentences for whoever imports. */
  readonly notes: readonly string[];
}

interface Made {
  readonly contents: PackageContents<PackageManifest>;
  readonly notes: readonly string[];
}

/** One import, and who is there to ask. */
interface Importing {
  readonly file: string;
  readonly words: ImportWords;
  readonly ask: Ask | undefined;
  /** Told the words once they are complete, before the work. */
  readonly begin: (words: CompleteWords) => Promise<void>;
  readonly backend: InferenceBackend;
}

/**
 * Makes a package of the model in `path` and shows it in the models folder once it has been opened as the service opens
 * it: every digest, shape and golden record was tried.
 *
 * @param path a file, or the folder of a model.json.
 */
export async function importFile(path: string, words: ImportWords, context: Context): Promise<Imported> {
  const { config, json, terminal, streams } = context;
  const file = (await isFolder(path)) ? join(path, MODEL_FILE) : path;
  const parsed = parse(file, await read(file));
  const backend = await BACKENDS.wasm();
  const questions = json ? undefined : questionsOn(streams.stdin, terminal);
  let made: Made;
  try {
    const begin = async ({ name, modelVersion, replace = false }: CompleteWords) => {
      if (!replace) await assertAbsent(join(config.models.dir, name, modelVersion), name, modelVersion);
    };
    made = await make(parsed, { file, words, ask: questions?.ask, begin, backend });
  } finally {
    questions?.close();
    await backend.close();
  }
  const { name, version } = made.contents.manifest;
  let digest = '';
  const folder = await writePackage(config.models.dir, made.contents, async (staged) => {
    const found = await readPackage(staged, { name, version });
    await withSlot(found, config, () => Promise.resolve());
    ({ digest } = found);
  });
  return { name, version, folder, digest, notes: made.notes };
}

function make(parsed: Record<string, unknown>, importing: Importing): Promise<Made> {
  return isSklearnExport(parsed) ? makeOfSklearn(parsed, importing) : makeOfTfjs(parsed, importing);
}

async function makeOfSklearn(parsed: unknown, { words, ask, begin }: Importing): Promise<Made> {
  const { labels, column, data, target, output } = words;
  if (column.length > 0 || [labels, data, target, output].some((word) => word !== undefined)) {
    throw new UsageError(
      'An export from scikit-learn says itself what --labels, --column, --data, --target and --output would say; --signature ' +
        'names a file with other texts, limits and titles.',
    );
  }
  const exported = parseSklearnExport(parsed);
  const completed = await complete(words, ask);
  await begin(completed);
  const edited = words.signature === undefined ? undefined : await readSignatureFile(words.signature);
  return importSklearn(exported, identityOf(completed), edited);
}

async function makeOfTfjs(parsed: Record<string, unknown>, importing: Importing): Promise<Made> {
  const { file, words, ask, begin, backend } = importing;
  const artifacts = await readTfjs(file, parsed);
  const called = await backend.inspect(artifacts);
  const signatureFile = words.signature ?? (await signatureBeside(file));
  const rows = asRowsModel(called);
  const takesRows =
    signatureFile !== undefined ||
    saysRows(words) ||
    (ask !== undefined && rows !== undefined && (await wantsRows(ask)));
  if (takesRows) return makeOfRows(artifacts, called, signatureFile, importing);
  const completed = await complete(words, ask);
  await begin(completed);
  const contents = await importTensors(artifacts, called, identityOf(completed), words.seed, backend);
  const note = `It takes tensors. The model ${rows && rowsText(rows)}: with --signature, or --column and --labels, it takes rows.`;
  return { contents, notes: rows === undefined ? [] : [note] };
}

async function wantsRows(ask: Ask): Promise<boolean> {
  const answer = await ask(
    'Is it a classifier that is to take rows with named columns? (yes, or no for tensors):',
    (text) => (/^(y|yes|n|no)$/i.test(text) ? undefined : 'It must be yes or no.'),
  );
  return /^y/i.test(answer);
}

async function makeOfRows(
  artifacts: ModelArtifacts,
  called: TensorFunction,
  signatureFile: string | undefined,
  { words, ask, begin, backend }: Importing,
): Promise<Made> {
  // A model that could not take rows is told so beside what else is missing.
  const model = asRowsModel(called) ?? { takes: [{ name: '', width: -1 }], answers: -1 };
  const completed = await complete(words, ask, model, signatureFile !== undefined);
  await begin(completed);
  const signature =
    signatureFile === undefined
      ? completeSignature('The command', { features: completed.column, classes: completed.labels })
      : withWords(await readSignatureFile(signatureFile), words);
  const { data, target, output, seed } = completed;
  const rows = data === undefined ? undefined : await readData(data, target!, signature);
  const classifier: Classifier = { artifacts, signature, data: rows, output, seed };
  const { contents, notes } = await importClassifier(classifier, identityOf(completed), backend);
  return { contents, notes: [...(rows?.notes ?? []), ...notes] };
}

function withWords(signature: Manifest['signature'], { labels, column }: ImportWords): Manifest['signature'] {
  if (labels === undefined && column.length === 0) return signature;
  throw new UsageError('The signature file says what --labels and --column would say; give one or the other.');
}

async function readData(file: string, target: string, signature: Manifest['signature']) {
  const table = await readTable(file, []);
  assertColumns(table, [target, ...signature.features.map(({ name }) => name)]);
  const found = labelledRows(table, signature, { target, missing: new Set(MISSING_MARKERS), other: {} });
  const [first] = found.refused;
  if (first !== undefined) throw new UsageError(`${file}, line ${first.line}: ${first.message}.`);
  return {
    rows: found.rows.map(({ row }) => row),
    labels: found.rows.map(({ label }) => signature.classes[label]!.label),
    notes: found.unlabelled === 0 ? [] : [`${found.unlabelled} rows have no ${target} and are left out.`],
  };
}

async function readSignatureFile(file: string): Promise<Manifest['signature']> {
  return parseSignature(file, await read(file));
}

async function signatureBeside(file: string): Promise<string | undefined> {
  const beside = join(dirname(file), SIGNATURE_FILE);
  if (basename(file) === SIGNATURE_FILE || !(await isThere(beside))) return undefined;
  // A package has a file of that name too, which says who signed it.
  return 'payloadType' in parse(beside, await read(beside)) ? undefined : beside;
}

function identityOf({ name, modelVersion: version, licence }: CompleteWords) {
  return { name, version, licence, date: new Date() };
}

async function assertAbsent(folder: string, name: string, version: string): Promise<void> {
  if (!(await isThere(folder))) return;
  throw new UsageError(
    `There is a package ${name} ${version} already; give another --model-version, or --replace to replace it.`,
  );
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(code === 'ENOENT' ? `There is no file "${file}".` : `"${file}" cannot be read: ${code}.`);
  }
}

function parse(file: string, text: string): Record<string, unknown> {
  try {
    const value = JSON.parse(text) as unknown;
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch (cause) {
    throw new TensornestError('model-invalid', `${file}: is not valid JSON.`, { cause });
  }
  throw new TensornestError('model-invalid', `${file}: must hold a JSON object.`);
}
