import { z } from 'zod';
import { TrainingError } from '../training-error.js';
import type { SourceColumn } from './encoded-columns.js';
import { type Fitted, FittedSchema, learnt, VectorSchema } from './sklearn-export.js';

/** What the transformers say of a column of the table. */
export interface FeatureFacts {
  readonly name: string;
  /** The categories in the order of their codes; undefined for a number. */
  values?: readonly string[];
  /** Stands in for a missing value. */
  fill?: string | number;
}

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const step = z.tuple([z.string(), z.union([FittedSchema, z.string(), z.null()])]);
const placed = z.tuple([z.string(), z.union([FittedSchema, z.string()]), z.unknown()]);

type Columns = readonly SourceColumn[];
type Transform = (fitted: Fitted, columns: Columns, features: readonly FeatureFacts[]) => Columns;

/** The transformers that can be expressed, by class: adding one is adding an entry. */
const TRANSFORMERS: Readonly<Record<string, Transform>> = {
  Pipeline: (fitted, columns, features) =>
    learnt(fitted, 'steps', z.array(step)).reduce((now, [, part]) => transform(part, now, features), columns),
  ColumnTransformer: (fitted, columns, features) => {
    refuse(fitted, 'transformer_weights', (weights) => weights == null);
    return learnt(fitted, 'transformers_', z.array(placed)).flatMap(([name, part, which]) => {
      if (part === 'drop') return [];
      return transform(part, placesOf(name, which, columns, features), features);
    });
  },
  FunctionTransformer: (fitted, columns) => {
    refuse(fitted, 'func', (func) => func == null);
    return columns;
  },
  SimpleImputer: impute,
  StandardScaler: (fitted, columns) =>
    scaled(fitted, columns, fitted.with_mean !== false && 'mean_', fitted.with_std !== false && 'scale_'),
  RobustScaler: (fitted, columns) =>
    scaled(fitted, columns, fitted.with_centering !== false && 'center_', fitted.with_scaling !== false && 'scale_'),
  MaxAbsScaler: (fitted, columns) => scaled(fitted, columns, false, 'scale_'),
  MinMaxScaler: (fitted, columns) => {
    refuse(fitted, 'clip', (clip) => clip !== true);
    const [factors, shifts] = [learnt(fitted, 'scale_', VectorSchema), learnt(fitted, 'min_', VectorSchema)];
    return columns.map((column, at) => affine(column, factors[at]!, shifts[at]!));
  },
  OneHotEncoder: (fitted, columns, features) => {
    for (const option of ['min_frequency', 'max_categories']) refuse(fitted, option, (value) => value == null);
    return eachCategorical(fitted, columns, features, (column, values, at) => {
      const dropped = droppedOf(fitted, values, at);
      return [...values.keys()].filter((code) => code !== dropped).map((code) => ({ ...column, source: code }));
    });
  },
  OrdinalEncoder: (fitted, columns, features) =>
    eachCategorical(fitted, columns, features, (column) => [{ ...column, source: 'code' }]),
};

/**
 * The columns after a transformer, and in `features` what it says of them. Refuses with a `TrainingError` what cannot be
 * expressed by encoders and weights.
 */
export function transform(part: Fitted | string | null, columns: Columns, features: readonly FeatureFacts[]): Columns {
  if (part === null || part === 'passthrough') return columns;
  const name = typeof part === 'string' ? part : part.class;
  const known = TRANSFORMERS[name];
  if (known !== undefined && typeof part !== 'string') return known(part, columns, features);
  throw new TrainingError(
    `The pipeline has a ${name}, which cannot be imported; what can is ${Object.keys(TRANSFORMERS).join(', ')}. ` +
      'Train without it, or do what it does before the rows are sent.',
  );
}

function refuse(fitted: Fitted, field: string, good: (value: unknown) => boolean): void {
  if (good(fitted[field])) return;
  throw new TrainingError(`${fitted.class}: ${field} cannot be imported; fit the model without it.`);
}

/** The columns that a ColumnTransformer names by place, by name or by a mask. */
function placesOf(name: string, which: unknown, columns: Columns, features: readonly FeatureFacts[]): Columns {
  const list = Array.isArray(which) ? (which as unknown[]) : [which];
  const mask = list.length === columns.length && list.every((one) => typeof one === 'boolean');
  const chosen = mask ? [...list.keys()].filter((place) => list[place] === true) : list;
  return chosen.map((one) => {
    const place = typeof one === 'string' ? features.findIndex((feature) => feature.name === one) : one;
    const column = typeof place === 'number' ? columns.at(place) : undefined;
    if (column !== undefined) return column;
    throw new TrainingError(
      `ColumnTransformer: "${name}" is for ${String(one)}, which is no column; give it a list of names or places.`,
    );
  });
}

function affine(column: SourceColumn, factor: number, shift: number): SourceColumn {
  return { ...column, scale: column.scale * factor, offset: column.offset * factor + shift };
}

/** (x - centre) / spread, by the fields that hold them; false where there is none. */
function scaled(fitted: Fitted, columns: Columns, centre: string | false, spread: string | false): Columns {
  const centres = centre === false ? undefined : learnt(fitted, centre, VectorSchema);
  const spreads = spread === false ? undefined : learnt(fitted, spread, VectorSchema);
  return columns.map((column, at) => {
    const factor = 1 / (spreads?.[at] ?? 1);
    return affine(column, factor, -(centres?.[at] ?? 0) * factor);
  });
}

function impute(fitted: Fitted, columns: Columns, features: readonly FeatureFacts[]): Columns {
  refuse(fitted, 'add_indicator', (indicator) => indicator !== true);
  const statistics = learnt(fitted, 'statistics_', z.array(scalar));
  columns.forEach(({ feature: place, source, scale, offset }, at) => {
    const feature = features[place]!;
    // What was encoded is not missing any more.
    if (source !== 'number' || feature.values !== undefined) return;
    const value = statistics[at]!;
    const fill = typeof value === 'number' ? (value - offset) / scale : String(value);
    if (feature.fill !== undefined && feature.fill !== fill) {
      throw new TrainingError(
        `"${feature.name}" is filled in with ${feature.fill} and with ${fill}; give it one value.`,
      );
    }
    feature.fill = fill;
  });
  return columns;
}

function eachCategorical(
  fitted: Fitted,
  columns: Columns,
  features: readonly FeatureFacts[],
  encode: (column: SourceColumn, values: readonly string[], at: number) => SourceColumn[],
): Columns {
  const categories = learnt(fitted, 'categories_', z.array(z.array(scalar.nullable())));
  return columns.flatMap((column, at) => {
    const feature = features[column.feature]!;
    if (column.source !== 'number' || column.scale !== 1 || column.offset !== 0) {
      throw new TrainingError(`${fitted.class}: "${feature.name}" was scaled or encoded before; encode it as it is.`);
    }
    const found = categories[at] ?? [];
    if (found.includes(null) || found.length < 2) {
      const what = found.includes(null)
        ? 'a missing value among its categories; put a SimpleImputer before it'
        : 'one category only; leave it out';
      throw new TrainingError(`${fitted.class}: "${feature.name}" has ${what}.`);
    }
    const values = found.map(String);
    if (feature.values !== undefined && feature.values.join('\0') !== values.join('\0')) {
      throw new TrainingError(`"${feature.name}" is encoded twice, with different categories; encode it once.`);
    }
    feature.values = values;
    return encode(column, values, at);
  });
}

/** The code that has no column of its own. */
function droppedOf(fitted: Fitted, values: readonly string[], at: number): number | undefined {
  const { drop } = fitted;
  if (drop === 'first') return 0;
  if (drop === 'if_binary') return values.length === 2 ? 0 : undefined;
  return Array.isArray(drop) ? values.indexOf(String(drop[at])) : undefined;
}
