import { z } from 'zod';
import {
  LabelSchema,
  ModelNameSchema,
  THRESHOLD_CRITERIA,
  ThresholdSchema,
  VersionSchema,
} from '../model/package/manifest.js';
import { ACTIVATIONS } from './network.js';
import { MAX_SEED } from './random.js';
import { SignatureDraftSchema } from './signature-draft.js';
import { TableSourceSchema } from './table/table-source.js';
import { TrainingError } from './training-error.js';

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

const activationNames = `one of ${ACTIVATIONS.join(', ')}`;

const FieldsSchema = z.strictObject({
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
  /** A name from the table of data sets, or a file and how it is read. */
  dataset: z.union([text(200), TableSourceSchema]),
  signature: SignatureDraftSchema,
  /** When the class of interest is answered, of two. Without it the likeliest class is. */
  decision: z
    .strictObject({
      /** Its label. */
      positive: LabelSchema,
      /** `learn`: by the criterion, on training rows that the network has not learnt from; 0.5 is the likeliest class. */
      threshold: z.union([z.literal('learn'), ThresholdSchema], 'must be "learn" or a number between 0 and 1'),
      /** What a learnt threshold makes largest. */
      criterion: z.enum(THRESHOLD_CRITERIA, `must be one of ${THRESHOLD_CRITERIA.join(', ')}`).optional(),
    })
    .refine(({ threshold, criterion }) => threshold !== 'learn' || criterion !== undefined, {
      path: ['criterion'],
      error: `must be one of ${THRESHOLD_CRITERIA.join(', ')} where the threshold is to be learnt`,
    })
    .optional(),
  /** Decides the split, the first weights and the order of the rows. */
  seed: whole(0, MAX_SEED),
  /** Part of each class that is held out of training. */
  testFraction: within(0.01, 0.9),
  /** Parts of the cross-validation. */
  folds: whole(2, 100),
  hyperparameters: z
    .strictObject({
      /** Units of each hidden layer; `[]` is a multinomial logistic regression. */
      layers: z.array(whole(1, 100_000)).max(20, 'must be 20 layers at most'),
      /** Of the hidden layers. */
      activation: z.enum(ACTIVATIONS, `must be ${activationNames}`).optional(),
      epochs: whole(1, MAX_EPOCHS),
      batchSize: whole(1, 1_000_000),
      learningRate: within(1e-6, 10),
      /** Part of each hidden layer's units that a training step leaves out. */
      dropout: within(0, 0.9).optional(),
      /** Part of an encoded row's columns that a training step leaves out. */
      inputDropout: within(0, 0.9).optional(),
      /** `balanced`: every class counts as much as every other, however many rows it has. */
      classWeights: z.literal('balanced').optional(),
      /** Divides the scores before the softmax, so that probabilities are neither too sure nor too timid. */
      temperature: z
        .union([z.literal('learn'), within(0.05, 20)], 'must be "learn" or a number from 0.05 to 20')
        .optional(),
    })
    .refine(({ layers, activation }) => layers.length === 0 || activation !== undefined, {
      path: ['activation'],
      error: `must be ${activationNames} where there are hidden layers`,
    })
    .refine(({ layers, activation }) => layers.length > 0 || activation === undefined, {
      path: ['activation'],
      error: 'has no hidden layer to act in; remove it',
    }),
  /** No package is written below these; the accuracy holds for the held-out rows and for the mean of the folds. */
  failUnder: z.union(
    [
      z.strictObject({ accuracy: within(0, 1), macroF1: within(0, 1) }),
      /** Why the model is packaged whatever it reaches; the model card says so. */
      z.strictObject({ exempt: text(1_000) }),
    ],
    'must be {"accuracy": ..., "macroF1": ...}, each from 0 to 1, or {"exempt": "<the reason>"}',
  ),
});

/** `<models>/<name>/training/<version>.json`: everything that is decided before a version is trained. */
export const TrainingConfigSchema = FieldsSchema.refine(
  ({ decision, signature }) => decision === undefined || signature.provisional.classes.length === 2,
  { path: ['decision'], error: 'is for two classes; remove it' },
).refine(
  ({ decision, signature }) =>
    decision === undefined || signature.provisional.classes.some(({ label }) => label === decision.positive),
  { path: ['decision', 'positive'], error: 'must be the label of a class' },
);

export type TrainingConfig = z.infer<typeof TrainingConfigSchema>;

/** A recipe with nothing left to learn but the weights. */
export type Recipe = Omit<TrainingConfig, 'hyperparameters' | 'decision'> & {
  readonly decision?:
    (Omit<NonNullable<TrainingConfig['decision']>, 'threshold'> & { readonly threshold: number }) | undefined;
  readonly hyperparameters: Omit<TrainingConfig['hyperparameters'], 'temperature'> & {
    readonly temperature?: number | undefined;
  };
};

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
