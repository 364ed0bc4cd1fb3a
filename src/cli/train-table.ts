import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { valid } from 'semver';
import writeFileAtomic from 'write-file-atomic';
import { MODEL_NAME } from '../model/package/manifest.js';
import type { Dataset } from '../training/datasets/dataset.js';
import { assertTrainable, toExamples } from '../training/examples.js';
import { searchHyperparameters, type SearchOptions } from '../training/search.js';
import { type ColumnProfile, profileColumn } from '../training/table/column-profile.js';
import { inferSchema, type Schema } from '../training/table/infer-schema.js';
import { cellsOf, type Table } from '../training/table/table.js';
import { tableDataset, type TableSource } from '../training/table/table-source.js';
import type { Trial } from '../training/trial.js';
import { textTable } from '../training/text-tables.js';
import { parseTrainingConfig, type TrainingConfig } from '../training/training-config.js';
import { loadTrainingConfig, trainingFilePath } from '../training/training-files.js';
import { UsageError } from './exit.js';
import { readTable } from './rows/table-file.js';
import { assertWritable } from './train/assert-writable.js';
import type { Checkpoints } from './train/checkpoints.js';
import { schemaWords, type TrainOptions } from './train-options.js';

/** Everything that a table has to become before a model is trained on it. */
export interface Prepared {
  readonly config: TrainingConfig;
  readonly dataset: Dataset;
  readonly profiles: readonly ColumnProfile[];
  readonly warnings: readonly string[];
  readonly trials: readonly Trial[];
  /** What was ended by hand. */
  readonly stopped?: string | undefined;
}

export interface Preparing extends Pick<SearchOptions, 'progress' | 'stopAsked'> {
  readonly say: (text: string) => void;
  readonly checkpoints: Pick<Checkpoints, 'open'>;
}

const LIMIT_OF_ROWS =
  'It knows the rows that it was trained on and no others: an input from elsewhere gets one of the classes too.';
const DEFAULT_SEED = 42;

/**
 * Takes the training file of the table's model where there is one. Else looks at the table, searches a recipe and
 * writes the file.
 */
export async function prepareTable(
  file: string,
  options: TrainOptions,
  { say, progress, stopAsked, checkpoints }: Preparing,
): Promise<Prepared> {
  const name = options.name ?? nameFrom(file);
  const version = options.modelVersion;
  if (!MODEL_NAME.test(name)) {
    throw new UsageError(`"${name}" is no name for a model: lower-case letters, digits, ".", "_" or "-"; add --name.`);
  }
  if (valid(version) !== version) {
    throw new UsageError(`--model-version: "${version}" is no semantic version such as 1.0.0.`);
  }
  const path = trainingFilePath(options.models, name, version);
  await assertWritable('--models', dirname(path));
  await assertWritable('--out', join(options.out ?? options.models, name));
  if (existsSync(path) && options.fresh !== true) return fromFile(file, path, `${name}@${version}`, options, say);
  const table = await readTable(file, options.exclude);
  const { target } = options;
  if (target === undefined) {
    const columns = table.columns.join(', ');
    throw new UsageError(`--target must name the column that holds the class; the columns are ${columns}.`);
  }
  const schema = inferSchema(table, { ...options, target });
  say(`${schemaText(table, schema)}\n`);
  const draft = draftOf(name, version, schema, options);
  const config = parseTrainingConfig(path, JSON.stringify(draft));
  const dataset = tableDataset(table, schema.source, numbersOf(config));
  const examples = toExamples(dataset, config.signature.provisional);
  assertTrainable(examples, config.signature.provisional);
  const checkpoint = checkpoints.open('search', config, dataset, draft);
  const found = await searchHyperparameters(config, dataset, examples, { progress, stopAsked, checkpoint });
  const { hyperparameters, trials, stopped } = found;
  const decision = config.decision && { ...config.decision, threshold: found.threshold ?? config.decision.threshold };
  await mkdir(dirname(path), { recursive: true });
  await writeFileAtomic(path, JSON.stringify({ ...draft, decision, hyperparameters }, null, 2) + '\n');
  say(`How it is trained is in ${path}: edit it, and the next run does as it says.\n`);
  const { profiles, warnings } = schema;
  return { config: { ...config, decision, hyperparameters }, dataset, profiles, warnings, trials, stopped };
}

/** The rows of a training file that names a table. */
export async function datasetOfTable(config: TrainingConfig, source: TableSource): Promise<[Dataset, Table]> {
  const table = await readTable(source.file, []);
  return [tableDataset(table, source, numbersOf(config)), table];
}

async function fromFile(
  file: string,
  path: string,
  model: string,
  options: TrainOptions,
  say: Preparing['say'],
): Promise<Prepared> {
  const words = schemaWords(options);
  if (words.length > 0) {
    throw new UsageError(
      `${path} says how the table is read, so ${words.join(', ')} would have no effect; edit it, or add --fresh.`,
    );
  }
  const config = await loadTrainingConfig(options.models, model);
  if (typeof config.dataset === 'string') {
    throw new UsageError(`${path} is that of the data set ${config.dataset}; give the table's model another --name.`);
  }
  const source = { ...config.dataset, file };
  if (options.target !== undefined && options.target !== source.target) {
    throw new UsageError(`${path} has "${source.target}" for its target; edit it, or add --fresh.`);
  }
  say(`As ${path} says.\n`);
  const [dataset, table] = await datasetOfTable(config, source);
  return { config, dataset, profiles: profilesOf(config, source, table), warnings: [], trials: [] };
}

/** Of the columns that the signature names. */
function profilesOf({ signature }: TrainingConfig, source: TableSource, table: Table): ColumnProfile[] {
  const missing = new Set(source.missing);
  const rows = [...table.lines.keys()].filter((row) => !missing.has(cellsOf(table, source.target)[row]!));
  return signature.provisional.features
    .filter(({ name }) => table.cells.has(name))
    .map(({ name, kind }) => profileColumn(table, name, rows, missing, kind === 'categorical'));
}

function nameFrom(file: string): string {
  const stem = basename(file).replace(/\.\w+$/, '');
  return stem
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 64);
}

function numbersOf({ signature }: TrainingConfig): Set<string> {
  return new Set(signature.provisional.features.filter(({ kind }) => kind === 'number').map(({ name }) => name));
}

/** A training file as it is written, before a recipe was searched. */
function draftOf(name: string, version: string, schema: Schema, options: TrainOptions): object {
  const { source, signature } = schema;
  const decision = decisionPlan(schema, options);
  return {
    name,
    version,
    title: name,
    description: `Tells ${source.target} from ${signature.features.length} columns of ${basename(source.file)}.`,
    licence: 'UNLICENSED',
    intendedUse: `Telling ${source.target} for rows like those of ${basename(source.file)}.`,
    limits: [LIMIT_OF_ROWS],
    dataset: source,
    signature,
    ...(decision === undefined ? {} : { decision }),
    seed: options.seed ?? DEFAULT_SEED,
    testFraction: 0.25,
    folds: 5,
    hyperparameters: {
      layers: [],
      epochs: 1,
      batchSize: 32,
      learningRate: 0.01,
      ...(options.classWeights === undefined ? {} : { classWeights: options.classWeights }),
    },
    failUnder: { accuracy: 0, macroF1: 0 },
  };
}

/** Two classes get a threshold, unless 0.5 is asked for by hand: then the likeliest one is answered. */
function decisionPlan({ positive, source, signature }: Schema, { threshold }: TrainOptions): object | undefined {
  if (positive === undefined) {
    if (threshold === undefined) return undefined;
    throw new UsageError(`--threshold is for two classes; "${source.target}" has ${signature.classes.length}.`);
  }
  if (typeof threshold === 'number') return { positive, threshold };
  return { positive, threshold: 'learn', criterion: threshold ?? 'balanced-accuracy' };
}

function schemaText({ file, lines }: Table, { source, signature, profiles, warnings }: Schema): string {
  const rows = signature.features.map(({ kind, name, values, encoding }) => {
    const profile = profiles.find((other) => other.name === name)!;
    const what =
      kind === 'number'
        ? profile.integer
          ? 'whole numbers'
          : 'numbers'
        : `${(values as string[]).length} categories, ${String(encoding)}`;
    return [name, what, profile.gaps === 0 ? '' : `${profile.gaps} missing`];
  });
  return [
    `${file}: ${lines.length} rows; ${source.target} has ${signature.classes.length} classes`,
    textTable([['column', 'what it is', 'gaps'], ...rows]),
    ...warnings.map((warning) => `Note: ${warning}`),
  ].join('\n');
}
