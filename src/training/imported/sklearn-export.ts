import { z } from 'zod';
import { TrainingError } from '../training-error.js';

const scalar = z.union([z.string(), z.number(), z.boolean()]);

/** A fitted object of scikit-learn: the name of its class and everything that it learnt or was told. */
const fitted = z.looseObject({ class: z.string() });

/** What the export in the README writes. */
const ExportSchema = z.strictObject({
  /** The version of scikit-learn. */
  sklearn: z.string(),
  model: fitted,
  /** Of the columns that the model takes, in their order. */
  features: z.array(z.string().min(1)).min(1),
  /** Rows that the model was not trained on; null is a missing value. */
  rows: z.array(z.array(scalar.nullable())).min(1),
  /** The true class of each row. */
  labels: z.array(scalar).min(1),
  /** What `predict_proba` answers to the rows. */
  probabilities: z.array(z.array(z.number())).min(1),
});

export type Fitted = z.infer<typeof fitted>;
export type SklearnExport = z.infer<typeof ExportSchema>;

/** Whether a parsed file is meant to be such an export. */
export function isSklearnExport(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'sklearn' in value;
}

/** Refuses with a `TrainingError` that names the field. */
export function parseSklearnExport(value: unknown): SklearnExport {
  const parsed = ExportSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new TrainingError(`${issue!.path.join('.') || 'The file'}: ${issue!.message}. Export the model anew.`);
  }
  const { features, rows, labels, probabilities } = parsed.data;
  for (const [name, part] of Object.entries({ labels, probabilities })) {
    if (part.length === rows.length) continue;
    throw new TrainingError(`${name}: has ${part.length} entries for ${rows.length} rows.`);
  }
  const odd = rows.findIndex((row) => row.length !== features.length);
  if (odd === -1) return parsed.data;
  throw new TrainingError(`rows.${odd}: has ${rows[odd]!.length} values for ${features.length} features.`);
}

/** Reads a learnt field by the schema of what it must be. */
export function learnt<T>(object: Fitted, field: string, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(object[field]);
  if (parsed.success) return parsed.data;
  throw new TrainingError(
    `${object.class}: ${field} is not what this import knows (scikit-learn 1.2 to 1.8); was the model fitted?`,
  );
}

export const VectorSchema = z.array(z.number());
export const MatrixSchema = z.array(VectorSchema).min(1);
export const FittedSchema = fitted;
