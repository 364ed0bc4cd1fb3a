import { nearest } from '../../encoding/nearest.js';
import { TrainingError } from '../training-error.js';
import { type ColumnProfile, profileColumn } from './column-profile.js';
import { leaks } from './leaks.js';
import { cellsOf, type Table } from './table.js';
import { OTHER, type TableSource } from './table-source.js';

/** Cells that spreadsheets, data frames and databases write for "not known". */
export const MISSING_MARKERS = ['', 'NA', 'N/A', 'n/a', 'NaN', 'nan', 'null', 'NULL', 'None', '?'];

/** Most classes of a classifier; beyond, the target is a number or an identifier. */
const MAX_CLASSES = 100;
/** A category in fewer rows than this is rare where others are rare too. */
const RARE_ROWS = 3;

export interface SchemaOptions {
  readonly target: string;
  /** Cells that mean "not known", beside the usual ones. */
  readonly missing: readonly string[];
  /** Columns that are categories though they look like numbers. */
  readonly categorical: readonly string[];
  /** Columns that are taken though they look like identifiers. */
  readonly include: readonly string[];
  /** By column: its categories in their order. */
  readonly ordinal: ReadonlyMap<string, readonly string[]>;
  readonly sensitive: readonly string[];
  /** The class of interest, of two. */
  readonly positive?: string | undefined;
  readonly splitColumn?: string | undefined;
  readonly group?: string | undefined;
}

/** What was found out about a table, in the words of a training file. */
export interface Schema {
  readonly source: TableSource;
  /** A signature as a training file writes it. */
  readonly signature: { readonly features: readonly DraftFeature[]; readonly classes: readonly object[] };
  /** Of two classes the one of interest: the one that was named, else the rarer one. */
  readonly positive?: string;
  readonly profiles: readonly ColumnProfile[];
  readonly warnings: readonly string[];
}

export interface DraftFeature {
  readonly kind: 'number' | 'categorical';
  readonly name: string;
  readonly [field: string]: unknown;
}

/** Infers what each column is. Refuses with a `TrainingError` that names the column, the line and what to do. */
export function inferSchema(table: Table, options: SchemaOptions): Schema {
  assertColumns(table, options);
  const missing = new Set([...MISSING_MARKERS, ...options.missing]);
  const { target } = options;
  const labelled = [...table.lines.keys()].filter((row) => !missing.has(cellsOf(table, target)[row]!));
  const labels = labelled.map((row) => cellsOf(table, target)[row]!);
  const classes = classesOf(table, labelled, labels, options);
  const warnings: string[] = [];
  const without = table.lines.length - labelled.length;
  if (without > 0) warnings.push(`${without} rows have no ${target} and are left out.`);
  const other: Record<string, string[]> = {};
  const features: DraftFeature[] = [];
  const profiles: ColumnProfile[] = [];
  const apart = new Set([target, options.splitColumn, options.group]);
  for (const column of table.columns.filter((name) => !apart.has(name))) {
    const ordinal = options.ordinal.get(column);
    const forced = options.categorical.includes(column) || ordinal !== undefined;
    const profile = profileColumn(table, column, labelled, missing, forced);
    profiles.push(profile);
    if (profile.useless !== undefined && !(profile.identifier && options.include.includes(column))) {
      warnings.push(`"${column}" ${profile.useless}: it is left out.`);
      continue;
    }
    if (profile.texts > 0) warnings.push(mixedText(profile));
    const leak = leaks(profile, labels);
    if (leak !== undefined) warnings.push(`"${column}" ${leak}; if it is only known afterwards, --exclude it.`);
    const rare = ordinal === undefined ? rareValues(profile) : [];
    if (rare.length > 0) {
      other[column] = rare;
      warnings.push(`"${column}": ${rare.length} categories in fewer than ${RARE_ROWS} rows are taken as "${OTHER}".`);
    }
    features.push(draftOf(profile, rare, ordinal, options.sensitive.includes(column)));
  }
  if (features.length === 0) throw new TrainingError(['No column is left to learn from.', ...warnings].join(' '));
  const { splitColumn, group } = options;
  const source = { file: table.file, target, missing: [...missing], other };
  return {
    source: { ...source, ...(splitColumn ? { splitColumn } : {}), ...(group ? { group } : {}) },
    signature: { features, classes },
    ...(classes.length === 2 ? { positive: options.positive ?? rarerOf(classes, labels) } : {}),
    profiles,
    warnings,
  };
}

function assertColumns({ file, columns }: Table, options: SchemaOptions): void {
  const { target, splitColumn, group, categorical, include, sensitive, ordinal } = options;
  const named: [string, readonly string[]][] = [
    ['--target', [target]],
    ['--split-column', splitColumn === undefined ? [] : [splitColumn]],
    ['--group', group === undefined ? [] : [group]],
    ['--categorical', categorical],
    ['--include', include],
    ['--sensitive', sensitive],
    ['--ordinal', [...ordinal.keys()]],
  ];
  for (const [flag, names] of named) {
    const unknown = names.find((name) => !columns.includes(name));
    if (unknown === undefined) continue;
    const close = nearest(unknown, columns);
    const hint = close === undefined ? `its columns are ${columns.join(', ')}` : `did you mean "${close}"?`;
    throw new TrainingError(`${flag}: ${file} has no column "${unknown}"; ${hint}`);
  }
}

function classesOf(
  table: Table,
  labelled: readonly number[],
  labels: readonly string[],
  { target, positive }: SchemaOptions,
): { label: string; title: string }[] {
  const counts = new Map<string, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  if (table.lines.length === 0) throw new TrainingError(`${table.file} names its columns, but has no rows.`);
  if (counts.size === 0) throw new TrainingError(`"${target}" is empty in every row: there is nothing to learn.`);
  const names = [...counts.keys()].sort();
  if (names.length === 1) {
    throw new TrainingError(`"${target}" is "${names[0]}" in every row: a classifier needs at least two classes.`);
  }
  if (names.length > MAX_CLASSES) {
    const kind = names.every((label) => Number.isFinite(Number(label))) ? 'a number to be estimated' : 'an identifier';
    throw new TrainingError(
      `"${target}" has ${names.length} different values, as ${kind} has; a classifier takes ${MAX_CLASSES} at most. ` +
        'Make ranges of it, or name another column with --target.',
    );
  }
  const single = names.find((label) => counts.get(label) === 1);
  if (single !== undefined) {
    const line = table.lines[labelled[labels.indexOf(single)]!];
    throw new TrainingError(
      `The class "${single}" of "${target}" has one row (line ${line}), which cannot be both learnt from and held out: ` +
        'add rows of it, or take it out.',
    );
  }
  if (positive === undefined) return names.map((label) => ({ label, title: label }));
  if (names.length !== 2) throw new TrainingError('--positive is for two classes.');
  if (!names.includes(positive)) {
    throw new TrainingError(`--positive: there is no class "${positive}"; there is ${names.join(', ')}`);
  }
  return [...names.filter((label) => label !== positive), positive].map((label) => ({ label, title: label }));
}

/** The second one where both are as frequent. */
function rarerOf(classes: readonly { label: string }[], labels: readonly string[]): string {
  const [first, second] = classes.map(({ label }) => ({ label, rows: labels.filter((own) => own === label).length }));
  return first!.rows < second!.rows ? first!.label : second!.label;
}

function mixedText({ name, counts, texts }: ColumnProfile): string {
  const values = [...counts].reduce((sum, [, count]) => sum + count, 0);
  return (
    `"${name}" holds numbers in ${values - texts} rows and texts in ${texts}: all are taken as categories; if it is a number, ` +
    'add --missing for each text that means "not known", or correct the cells.'
  );
}

/** One rare category alone gives "other" no more rows than it has itself. */
function rareValues({ kind, counts }: ColumnProfile): string[] {
  if (kind !== 'categorical') return [];
  const rare = [...counts].filter(([, count]) => count < RARE_ROWS).map(([value]) => value);
  return rare.length < 2 || counts.size - rare.length < 1 ? [] : rare.sort();
}

function draftOf(
  profile: ColumnProfile,
  rare: readonly string[],
  ordinal: readonly string[] | undefined,
  sensitive: boolean,
): DraftFeature {
  const { name, kind, counts, gaps } = profile;
  const missing = gaps > 0 ? 'learn' : { policy: 'refuse' };
  const base = { name, description: `The column ${name} of the training table.`, missing, sensitive };
  if (kind === 'number') {
    const { example, integer } = profile;
    const open = { minimum: null, maximum: null, unit: null };
    return { kind, ...base, ...open, integer, normalisation: 'learn', example };
  }
  const found = [...counts.keys()].filter((value) => !rare.includes(value)).sort();
  const unlisted = ordinal && found.find((value) => !ordinal.includes(value));
  if (unlisted !== undefined)
    throw new TrainingError(`--ordinal: "${name}" has "${unlisted}" too; put it in its place.`);
  const values = ordinal ?? (rare.length > 0 ? [...new Set([...found, OTHER])] : found);
  return { kind, ...base, values, encoding: ordinal ? 'ordinal' : 'one-hot', example: found[0] ?? OTHER };
}
