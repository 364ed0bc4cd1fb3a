import type { TensorFunction } from '../../core/signature.js';
import { ModelNameSchema, VersionSchema } from '../../model/package/manifest.js';
import type { OutputKind } from '../../training/imported/judge-output.js';
import type { Ask } from '../asking.js';
import { UsageError } from '../exit.js';

export const FIRST_VERSION = '1.0.0';

/** A column as a word of the command line says it. */
export interface ColumnWord {
  readonly name: string;
  /** Of a category. */
  readonly values?: readonly string[];
  readonly encoding?: 'one-hot' | 'ordinal';
}

/** What the command line says of a model that is imported. */
export interface ImportWords {
  readonly name?: string;
  readonly modelVersion?: string;
  /** SPDX identifier. */
  readonly licence?: string;
  readonly seed: number;
  readonly replace?: boolean;
  /** A file. */
  readonly signature?: string;
  readonly labels?: readonly string[];
  readonly column: readonly ColumnWord[];
  /** A table. */
  readonly data?: string;
  readonly target?: string;
  readonly output?: OutputKind;
}

type Named = Required<Pick<ImportWords, 'name' | 'modelVersion' | 'licence'>>;
export type CompleteWords = ImportWords & Named;

/** What somebody has to say before a model can be imported. */
interface Gap {
  /** The words that would have said it, and what they are. */
  readonly flag: string;
  fill(ask: Ask): Promise<Partial<ImportWords>>;
}

/** What a model that is to take rows says of itself. */
export interface RowsModel {
  /** Numbers of a row by input; -1 where it takes any number. */
  readonly takes: readonly { readonly name: string; readonly width: number }[];
  /** Numbers that it answers a row; -1 where that is open. */
  readonly answers: number;
}

export const nameFault = (text: string): string | undefined =>
  ModelNameSchema.safeParse(text).success
    ? undefined
    : 'It must be lower-case letters, digits, ".", "_" or "-", 64 at most.';

export const versionFault = (text: string): string | undefined =>
  VersionSchema.safeParse(text).success ? undefined : 'It must be a semantic version, such as 1.0.0.';

/** A column that `text` says, or why it says none: a name, name=a|b|c, or name=low<mid<high where the order counts. */
export function parseColumn(text: string): ColumnWord | string {
  const at = text.indexOf('=');
  if (at === -1) return text.trim() === '' ? 'It must be the name of a column.' : { name: text.trim() };
  const name = text.slice(0, at).trim();
  const listed = text.slice(at + 1);
  const encoding = listed.includes('<') ? 'ordinal' : 'one-hot';
  const values = listed.split(encoding === 'ordinal' ? '<' : '|').map((value) => value.trim());
  if (name !== '' && values.length > 1 && new Set(values).size === values.length && !values.includes('')) {
    return { name, values, encoding };
  }
  return 'It must be a name, name=a|b|c for categories, or name=low<mid<high where their order counts.';
}

export function parseLabels(text: string): readonly string[] | string {
  const labels = text.split(',').map((label) => label.trim());
  if (labels.length > 1 && new Set(labels).size === labels.length && !labels.includes('')) return labels;
  return 'They must be two or more different labels, separated by commas, in the order of the answers.';
}

/** Whether the command line says that the model is to take rows. */
export function saysRows({ signature, labels, column, data, target, output }: ImportWords): boolean {
  return column.length > 0 || [signature, labels, data, target, output].some((word) => word !== undefined);
}

/**
 * The words with what they lack. Without somebody to ask, refuses with every word that is missing.
 *
 * @param rows the model, where it is to take rows.
 * @param hasSignature whether a file says what it takes and gives.
 */
export async function complete(
  words: ImportWords,
  ask: Ask | undefined,
  rows?: RowsModel,
  hasSignature = false,
): Promise<CompleteWords> {
  const gaps = [...gapsOf(words), ...(rows === undefined ? [] : rowGapsOf(words, rows, hasSignature))];
  if (gaps.length > 0 && ask === undefined) throw new UsageError(missingText(gaps, rows));
  let filled = words;
  for (const gap of gaps) filled = { ...filled, ...(await gap.fill(ask!)) };
  if (gaps.length > 0 && filled.modelVersion === undefined) {
    const asked = await ask!(`Version (${FIRST_VERSION}):`, (text) => (text === '' ? undefined : versionFault(text)));
    filled = { ...filled, modelVersion: asked || FIRST_VERSION };
  }
  return { modelVersion: FIRST_VERSION, ...filled } as CompleteWords;
}

function* gapsOf({ name, licence }: ImportWords): Generator<Gap> {
  if (name === undefined) {
    yield {
      flag: '--name <name>: what the package is called',
      fill: async (ask) => ({ name: await ask('Name of the package:', nameFault) }),
    };
  }
  if (licence === undefined) {
    yield {
      flag: '--licence <spdx>: the licence of the model, such as MIT',
      fill: async (ask) => ({ licence: await ask('Licence of the model (an SPDX identifier, such as MIT):', present) }),
    };
  }
}

function* rowGapsOf(words: ImportWords, rows: RowsModel, hasSignature: boolean): Generator<Gap> {
  const { labels, column, data, target } = words;
  if (!hasSignature && column.length === 0) {
    yield {
      flag: '--column <name>: once for each column, in the order of the model (or --signature <file>)',
      fill: async (ask) => ({ column: await askColumns(ask, rows) }),
    };
  }
  if (!hasSignature && labels === undefined) {
    yield {
      flag: '--labels <a,b,...>: the classes, in the order of the answers (or --signature <file>)',
      fill: async (ask) => ({ labels: await askLabels(ask, rows) }),
    };
  }
  if (data !== undefined && target === undefined) {
    yield {
      flag: '--target <column>: the column of --data that holds the class',
      fill: async (ask) => ({ target: await ask('Column of the table that holds the class:', present) }),
    };
  }
  if (data === undefined && target !== undefined) {
    yield {
      flag: '--data <table>: the rows that --target is a column of',
      fill: async (ask) => ({ data: await ask('Table of rows whose class is known:', present) }),
    };
  }
}

async function askColumns(ask: Ask, { takes }: RowsModel): Promise<ColumnWord[]> {
  const width = takes.reduce((sum, input) => sum + Math.max(input.width, 0), 0);
  const open = takes.some((input) => input.width === -1);
  const columns: ColumnWord[] = [];
  for (let left = width; open || left > 0;) {
    const sizes = open ? 'empty when there are no more' : `${left} of ${width} numbers left`;
    const what = 'a name, name=a|b|c or name=low<mid<high';
    const text = await ask(`Column ${columns.length + 1} (${what}; ${sizes}):`, (answer) => {
      if (open && answer === '' && columns.length > 0) return undefined;
      const parsed = parseColumn(answer);
      if (typeof parsed === 'string') return parsed;
      if (columns.some(({ name }) => name === parsed.name)) return `There is a column ${parsed.name} already.`;
      return !open && widthOf(parsed) > left ? `It takes ${widthOf(parsed)} numbers; ${left} are left.` : undefined;
    });
    if (text === '') break;
    const column = parseColumn(text) as ColumnWord;
    columns.push(column);
    left -= widthOf(column);
  }
  return columns;
}

async function askLabels(ask: Ask, { answers }: RowsModel): Promise<readonly string[]> {
  const wanted = answers === 1 ? 2 : answers;
  const which =
    answers === 1
      ? 'The two labels, that of its probability last'
      : `The ${answers === -1 ? '' : `${answers} `}labels in the order of the answers`;
  const text = await ask(`${which}, separated by commas:`, (answer) => {
    const parsed = parseLabels(answer);
    if (typeof parsed === 'string') return parsed;
    return wanted === -1 || parsed.length === wanted
      ? undefined
      : `There are ${parsed.length}; the model needs ${wanted}.`;
  });
  return parseLabels(text) as readonly string[];
}

function widthOf({ values, encoding }: ColumnWord): number {
  return values !== undefined && encoding === 'one-hot' ? values.length : 1;
}

function present(answer: string): string | undefined {
  return answer === '' ? 'It must not be empty.' : undefined;
}

function missingText(gaps: readonly Gap[], rows: RowsModel | undefined): string {
  const about = rows === undefined ? [] : [`The model ${rowsText(rows)}.`];
  return ['Nothing was written. Missing:', ...gaps.map(({ flag }) => `  ${flag}`), ...about].join('\n');
}

/** What a model takes and answers, as a part of a sentence. */
export function rowsText({ takes, answers }: RowsModel): string {
  const number = (width: number) => (width === -1 ? 'any number of numbers' : `${width} numbers`);
  const inputs =
    takes.length === 1
      ? `${number(takes[0]!.width)} a row`
      : takes.map(({ name, width }) => `${number(width)} as ${name}`).join(', ');
  return `takes ${inputs} and answers ${answers === -1 ? 'any number' : answers}`;
}

/** The model as one that could take rows: float32 of two dimensions, and one such answer. Undefined where it is none. */
export function asRowsModel({ inputs, outputs }: TensorFunction): RowsModel | undefined {
  const good = [...inputs, ...outputs].every(({ datatype, shape }) => datatype === 'FP32' && shape?.length === 2);
  if (!good || outputs.length !== 1) return undefined;
  return {
    takes: inputs.map(({ name, shape }) => ({ name, width: shape![1]! })),
    answers: outputs[0]!.shape![1]!,
  };
}
