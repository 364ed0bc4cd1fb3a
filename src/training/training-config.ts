import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { nearest } from '../encoding/nearest.js';
import { MODEL_NAME, ModelNameSchema, SignatureSchema, VersionSchema } from '../model/package/manifest.js';
import { ACTIVATIONS } from './network.js';
import { MAX_SEED } from './random.js';
import { TrainingError, UnknownModelError } from './training-error.js';

/** `<models>/<name>/training.json`: everything that is decided before a model is trained. */
export const TRAINING_FILE = 'training.json';

export const MAX_EPOCHS = 10_000;

const text = (longest: number) => {
  const rule = `must be a text of 1 to ${longest} characters`;
  return z.string(rule).min(1, rule).max(longest, rule);
};
const whole = (least: number, most: number) => {
  const rule = `must be a whole number from ${least} to ${most}`;
  return z.int(rule).min(least, rule).max(most, rule);
};
const within = (least: number, most: number) => {
  const rule = `must be a number from ${least} to ${most}`;
  return z.number(rule).min(least, rule).max(most, rule);
};

export const TrainingConfigSchema = z.strictObject({
  name: ModelNameSchema,
  version: VersionSchema,
  title: text(200),
  description: text(10_000),
  /** SPDX identifier of the licence of the model. */
  licence: text(200),
  /** What the model is for, in the model card. */
  intendedUse: text(10_000),
  /** What the model must not be trusted with, in the model card. */
  limits: z.array(text(10_000)).min(1, 'must name at least one limit'),
  /** A name from the table of data sets. */
  dataset: text(200),
  signature: SignatureSchema,
  /** Decides the split, the first weights and the order of the rows. */
  seed: whole(0, MAX_SEED),
  /** Part of each class that is held out of training. */
  testFraction: within(0.01, 0.9),
  /** Parts of the cross-validation. */
  folds: whole(2, 100),
  hyperparameters: z.strictObject({
    /** Units of each hidden layer; `[]` is a multinomial logistic regression. */
    layers: z.array(whole(1, 100_000)).max(20, 'must be 20 layers at most'),
    /** Of the hidden layers. */
    activation: z.enum(ACTIVATIONS, `must be one of ${ACTIVATIONS.join(', ')}`),
    epochs: whole(1, MAX_EPOCHS),
    batchSize: whole(1, 1_000_000),
    learningRate: within(1e-6, 10),
  }),
  /** No package is written below these; the accuracy holds for the held-out rows and for the mean of the folds. */
  failUnder: z.strictObject({ accuracy: within(0, 1), macroF1: within(0, 1) }),
});

export type TrainingConfig = z.infer<typeof TrainingConfigSchema>;

/** Reads what is to be trained as `name`. Refuses with a message that names the file, the field and the fix. */
export async function loadTrainingConfig(modelsDir: string, name: string): Promise<TrainingConfig> {
  if (!MODEL_NAME.test(name)) throw await unknown(modelsDir, name);
  const path = join(modelsDir, name, TRAINING_FILE);
  const content = await readFile(path, 'utf8').catch(() => undefined);
  if (content === undefined) throw await unknown(modelsDir, name);
  const config = parseTrainingConfig(path, content);
  if (config.name === name) return config;
  throw new TrainingError(`${path}: name: is "${config.name}", but its folder says "${name}"; make them equal`);
}

/** Checks the text of `path`, which is named in the error. */
export function parseTrainingConfig(path: string, content: string): TrainingConfig {
  const parsed = TrainingConfigSchema.safeParse(parseJson(path, content));
  if (parsed.success) return parsed.data;
  throw new TrainingError(parsed.error.issues.map((issue) => `${path}: ${explain(issue)}`).join('\n'));
}

function parseJson(path: string, content: string): unknown {
  try {
    return JSON.parse(content);
  } catch (cause) {
    throw new TrainingError(`${path}: is not valid JSON: ${(cause as Error).message}`);
  }
}

function explain(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') {
    return `${[...issue.path, ...issue.keys].join('.')}: is not a known field; remove it or correct its name`;
  }
  const where = issue.path.join('.') || 'the file';
  return `${where}: ${issue.message}`;
}

async function unknown(modelsDir: string, name: string): Promise<UnknownModelError> {
  const known = await trainableModels(modelsDir);
  const close = nearest(name, known);
  const list = known.length === 0 ? `no folder there has a ${TRAINING_FILE}` : `there is ${known.join(', ')}`;
  const hint = close === undefined ? list : `did you mean "${close}"?`;
  return new UnknownModelError(`There is no model ${JSON.stringify(name)} to train in ${modelsDir}; ${hint}`);
}

/** The folders that say how their model is trained. */
async function trainableModels(modelsDir: string): Promise<string[]> {
  const folders = await readdir(modelsDir, { withFileTypes: true }).catch(() => []);
  const candidates = folders.filter((folder) => folder.isDirectory()).map(({ name }) => name);
  const contents = await Promise.all(
    candidates.map((name) => readdir(join(modelsDir, name)).catch((): string[] => [])),
  );
  return candidates.filter((_, index) => contents[index]?.includes(TRAINING_FILE)).sort();
}
