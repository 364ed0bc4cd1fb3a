import type { Manifest } from '../../model/package/manifest.js';
import type { DataRow, Value } from '../datasets/dataset.js';
import { mean } from '../metrics.js';
import type { SourceColumn } from './encoded-columns.js';
import type { SklearnExport } from './sklearn-export.js';
import type { FeatureFacts } from './sklearn-transformers.js';

type Signature = Manifest['signature'];
type Feature = Signature['features'][number];

/** The rows as a client would send them: categories are texts. */
export function toRows(
  { features, rows }: SklearnExport,
  facts: readonly FeatureFacts[],
  used: readonly number[],
): DataRow[] {
  const cell = (value: SklearnExport['rows'][number][number], place: number): Value => {
    if (value === null) return null;
    return facts[place]!.values === undefined && typeof value !== 'string' ? Number(value) : String(value);
  };
  return rows.map((row) => Object.fromEntries(used.map((place) => [features[place]!, cell(row[place]!, place)])));
}

/**
 * The features that the columns come from, in the order of `used`. The encoder's mean and standard deviation are those of
 * the model's own scaler, or else those of the rows.
 */
export function toFeatures(
  facts: readonly FeatureFacts[],
  used: readonly number[],
  columns: readonly SourceColumn[],
  rows: readonly DataRow[],
): Feature[] {
  return used.map((place): Feature => {
    const { name, values, fill } = facts[place]!;
    const base = { name, description: `The column ${name} that the model was trained on.`, sensitive: false };
    const present = rows.map((row) => row[name] ?? null).filter((value) => value !== null);
    if (values !== undefined) {
      const encoding = columns.some(({ feature, source }) => feature === place && source === 'code')
        ? 'ordinal'
        : 'one-hot';
      const missing =
        fill === undefined ? { policy: 'refuse' as const } : { policy: 'default' as const, value: String(fill) };
      const example = values.find((value) => present.includes(value)) ?? values[0]!;
      return { ...base, kind: 'categorical', values: [...values], encoding, example, missing };
    }
    const missing =
      fill === undefined ? { policy: 'refuse' as const } : { policy: 'default' as const, value: Number(fill) };
    const numbers = present.map(Number);
    const normalisation = normalisationOf(
      columns.find(({ feature }) => feature === place)!,
      numbers,
    );
    const open = { minimum: null, maximum: null, unit: null, integer: false };
    return { ...base, kind: 'number', ...open, normalisation, example: numbers[0] ?? normalisation.mean, missing };
  });
}

function normalisationOf({ scale, offset }: SourceColumn, numbers: readonly number[]): { mean: number; std: number } {
  if (scale > 0 && scale < 1e12 && (scale !== 1 || offset !== 0)) return { mean: -offset / scale, std: 1 / scale };
  const centre = mean(numbers);
  const deviation = Math.sqrt(mean(numbers.map((value) => (value - centre) ** 2)));
  return { mean: centre, std: deviation > 1e-9 ? deviation : 1 };
}
