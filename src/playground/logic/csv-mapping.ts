import type { Feature, Row, Value } from '../types.js';

/** For each feature the column that it is read from; null where there is none. */
export type Mapping = Readonly<Record<string, string | null>>;

const plain = (name: string) => name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');

/** Finds the columns of the features: by the very name, else by the name without case, blanks and punctuation. */
export function guessMapping(features: readonly Feature[], columns: readonly string[]): Mapping {
  return Object.fromEntries(
    features.map(({ name }) => {
      const found =
        columns.find((column) => column === name) ?? columns.find((column) => plain(column) === plain(name));
      return [name, found ?? null];
    }),
  );
}

const LABELS = ['class', 'label', 'target', 'truth', 'species', 'y'];

/** The column that seems to hold the true class: not mapped, and every value of it is a class of the model. */
export function guessLabelColumn(
  columns: readonly string[],
  mapping: Mapping,
  records: readonly Record<string, string>[],
  labels: readonly string[],
): string | null {
  const used = new Set(Object.values(mapping));
  const free = columns.filter((column) => !used.has(column));
  const known = new Set(labels);
  const sample = records.slice(0, 200);
  const fits = free.filter((column) => sample.length > 0 && sample.every((record) => known.has(record[column] ?? '')));
  return fits.find((column) => LABELS.includes(plain(column))) ?? fits[0] ?? null;
}

/** A record of a file as a row to send. Numbers that are none stay text: the service says what is wrong with them. */
export function toRow(features: readonly Feature[], mapping: Mapping, record: Record<string, string>): Row {
  const row: Row = {};
  for (const feature of features) {
    const column = mapping[feature.name];
    const value = column == null ? null : cell(feature, record[column]);
    if (value !== null) row[feature.name] = value;
  }
  return row;
}

function cell(feature: Feature, text: string | undefined): Value {
  const trimmed = text?.trim() ?? '';
  if (trimmed === '') return null;
  if (feature.kind !== 'number') return trimmed;
  const value = Number(trimmed);
  return Number.isFinite(value) ? value : trimmed;
}
