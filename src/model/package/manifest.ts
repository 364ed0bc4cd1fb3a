import { valid } from 'semver';
import { z } from 'zod';
import { BACKEND_NAMES } from '../../core/ports/inference-backend.js';

/** Version of the package layout itself. */
export const FORMAT_VERSION = 1;
export const MANIFEST_FILE = 'manifest.json';
export const MODEL_FILE = 'model.json';
export const GOLDEN_FILE = 'golden.json';
export const CARD_FILE = 'README.md';

/** Fewest golden records a package may have. */
const MIN_GOLDEN_RECORDS = 32;

export const MODEL_NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;
const SHA256 = /^[0-9a-f]{64}$/;

const text = z.string().min(1).max(10_000);
const label = z.string().min(1).max(200);
const fraction = z.number().min(0).max(1);
const count = z.int().min(0);

const modelName = z.string().regex(MODEL_NAME, 'must be lower-case letters, digits, ".", "_" or "-", 64 at most');
const version = z.string().refine((value) => valid(value) === value, 'must be a semantic version such as 2.0.0');

export const FeatureNameSchema = z
  .string()
  .regex(/^[^\p{Cc}]{1,128}$/u, 'must be 1 to 128 characters without control characters')
  .refine((name) => !(name in Object.prototype), 'must not be the name of an object method');

const missing = <V extends z.ZodType>(value: V) =>
  z
    .discriminatedUnion('policy', [
      z.strictObject({ policy: z.literal('refuse') }),
      z.strictObject({ policy: z.literal('default'), value }),
    ])
    .describe('What happens when a row lacks the feature: the row is refused, or this value stands in.');

const featureBase = { name: FeatureNameSchema, description: text, sensitive: z.boolean() };

const categorical = z
  .strictObject({
    ...featureBase,
    kind: z.literal('categorical'),
    values: z.array(label).min(2).max(10_000).describe('The allowed values; their order is their code.'),
    encoding: z.enum(['one-hot', 'ordinal']),
    example: label,
    missing: missing(label),
  })
  .refine(({ values }) => new Set(values).size === values.length, { path: ['values'], error: 'must differ' })
  .refine(({ values, example }) => values.includes(example), { path: ['example'], error: 'must be an allowed value' })
  .refine((feature) => feature.missing.policy === 'refuse' || feature.values.includes(feature.missing.value), {
    path: ['missing', 'value'],
    error: 'must be an allowed value',
  });

const number = z
  .strictObject({
    ...featureBase,
    kind: z.literal('number'),
    minimum: z.number().nullable(),
    maximum: z.number().nullable(),
    integer: z.boolean(),
    normalisation: z.strictObject({ mean: z.number(), std: z.number().min(1e-12) }),
    unit: label.nullable(),
    example: z.number(),
    missing: missing(z.number()),
  })
  .refine(({ minimum, maximum }) => (minimum ?? -Infinity) < (maximum ?? Infinity), {
    path: ['minimum'],
    error: 'must be less than maximum',
  });

const unique = <T>(items: readonly T[], key: (item: T) => string) => new Set(items.map(key)).size === items.length;

const signature = z.strictObject({
  kind: z.literal('tabular').optional(),
  features: z
    .array(z.discriminatedUnion('kind', [categorical, number]))
    .min(1)
    .max(10_000)
    .refine((features) => unique(features, ({ name }) => name), 'names must differ'),
  classes: z
    .array(z.strictObject({ label, title: label }))
    .min(2)
    .max(10_000)
    .refine((classes) => unique(classes, ({ label }) => label), 'labels must differ')
    .describe('In the order of the model outputs.'),
});

const classMetrics = z.strictObject({
  label,
  precision: fraction,
  recall: fraction,
  f1: fraction,
  support: count.describe('Rows of this class.'),
});

const calibration = z
  .strictObject({
    expectedCalibrationError: fraction.describe(
      'Mean distance between confidence and accuracy over the bins, weighted by their rows.',
    ),
    reliability: z
      .array(
        z.strictObject({
          confidence: fraction.describe('Mean confidence of the rows.'),
          accuracy: fraction,
          rows: z.int().min(1),
        }),
      )
      .describe('By the confidence of the winning class, in ten bins of equal width; empty ones are left out.'),
    temperature: z
      .number()
      .gt(0)
      .describe('Divides the scores before the softmax and is part of the weights already; 1 where none helped.'),
  })
  .describe('How far the probability of the winning class can be taken at its word.');

const tradeOff = z
  .array(
    z.strictObject({
      threshold: fraction,
      sensitivity: fraction.describe('Share of the positive rows that are answered so: recall.'),
      specificity: fraction.describe('Share of the other rows that are answered so.'),
      precision: fraction.describe('Share of the rows answered as positive that are so; 0 where none is.'),
    }),
  )
  .describe('What other thresholds would come to on the same rows.');

const evaluation = z.strictObject({
  rows: count,
  accuracy: fraction,
  macroF1: fraction,
  logLoss: z.number().min(0).describe('Mean negative natural logarithm of the true class probability.'),
  perClass: z.array(classMetrics),
  confusionMatrix: z.array(z.array(count)).describe('Rows: true class; columns: predicted class.'),
  calibration: calibration.optional(),
  tradeOff: tradeOff.optional(),
});

/** How a threshold was chosen: by what it makes largest, or by hand. */
export const THRESHOLD_CRITERIA = ['balanced-accuracy', 'f1'] as const;

const open = z.number().gt(0, 'must lie between 0 and 1').lt(1, 'must lie between 0 and 1');

const decision = z
  .strictObject({
    positive: label.describe('Label of the class of interest.'),
    threshold: open.describe('A row is of that class where its probability reaches this, else of the other class.'),
    criterion: z
      .enum([...THRESHOLD_CRITERIA, 'given'])
      .describe('What the threshold makes largest on rows that the network had not learnt from; or it was given.'),
  })
  .describe('How the class is decided, of two; without it the likeliest class is answered.');

const crossValidation = z.strictObject({
  folds: z.int().min(2),
  accuracies: z.array(fraction),
  mean: fraction,
  standardDeviation: z.number().min(0).describe('Sample standard deviation of the fold accuracies.'),
});

const elevenCounts = z.array(count).length(11);

const distribution = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('categorical'), counts: z.record(z.string(), count), missing: count }),
  z.strictObject({
    kind: z.literal('number'),
    count,
    missing: count,
    mean: z.number(),
    std: z.number().min(0),
    deciles: z.array(z.number()).length(11).describe('Minimum, nine deciles, maximum.'),
    atDeciles: z
      .strictObject({
        below: elevenCounts.describe('How many training values are less than each decile.'),
        upTo: elevenCounts.describe('How many are at most it.'),
      })
      .refine(({ below, upTo }) => below.every((less, at) => less <= upTo[at]!), {
        path: ['upTo'],
        error: 'must be at least below',
      })
      .optional()
      .describe('What deciles do not tell where a value occurs often, as whole numbers do.'),
  }),
]);

const predictions = z
  .strictObject({
    rows: count,
    classes: z.record(z.string(), count).describe('How often each class won.'),
    confidence: z
      .strictObject({
        edges: z.array(fraction).min(2).describe('Of the bins, ascending.'),
        counts: z.array(count).describe('One less than edges; a bin has its lower edge, the last one both.'),
      })
      .refine(({ edges, counts }) => counts.length === edges.length - 1, {
        path: ['counts'],
        error: 'must be one less than edges',
      })
      .refine(({ edges }) => edges.every((edge, at) => at === 0 || edge > edges[at - 1]!), {
        path: ['edges'],
        error: 'must ascend',
      })
      .describe('Probabilities of the winning class.'),
  })
  .describe('What the packaged model answers to rows that training did not see.');

const file = z.strictObject({
  path: z.string().min(1).max(500).describe('Relative to the package, with "/" between steps.'),
  bytes: count,
  sha256: z.string().regex(SHA256, 'must be 64 lower-case hexadecimal digits'),
});

export const ManifestSchema = z
  .strictObject({
    $schema: z.string().optional(),
    formatVersion: z.literal(FORMAT_VERSION),
    name: modelName,
    version,
    title: label,
    description: text,
    licence: label.describe('SPDX identifier of the licence of the model.'),
    intendedUse: text.optional().describe('What the model is for.'),
    limits: z.array(text).max(100).optional().describe('What the model must not be trusted with.'),
    task: z.literal('classification'),
    signature,
    decision: decision.optional(),
    runtime: z.strictObject({
      format: z.enum(['layers-model', 'graph-model']),
      backends: z.array(z.enum(BACKEND_NAMES)).min(1).describe('The backends that can run the model.'),
    }),
    metrics: z.strictObject({
      heldOut: evaluation
        .optional()
        .describe('On rows that training did not see. Absent where the model came without data.'),
      crossValidation: crossValidation.optional(),
    }),
    training: z.strictObject({
      dataset: z
        .strictObject({
          name: label,
          source: text,
          licence: label,
          rows: count,
          sha256: z.string().regex(SHA256),
        })
        .optional()
        .describe('Absent where the model came without data.'),
      seed: z.int().optional().describe('Absent where the model was trained elsewhere.'),
      date: z.iso.datetime().describe('Of the training; of the import, where the model was trained elsewhere.'),
      framework: z.strictObject({
        name: label,
        version: label,
        backend: z.enum(BACKEND_NAMES).optional().describe('Absent where the framework is not TensorFlow.js.'),
      }),
      hyperparameters: z.record(z.string(), z.json()),
    }),
    distributions: z
      .strictObject({
        features: z.record(z.string(), distribution),
        classes: z.record(z.string(), count),
        predictions: predictions.optional(),
      })
      .describe('Of the training data, and of the answers to held-out rows; empty where the model came without data.'),
    files: z
      .array(file)
      .min(1)
      .max(1_000)
      .refine((files) => unique(files, ({ path }) => path), 'paths must differ')
      .describe('Every other file of the package.'),
  })
  .refine(({ decision, signature: { classes } }) => decision === undefined || classes.length === 2, {
    path: ['decision'],
    error: 'is for two classes; remove it',
  })
  .refine(
    ({ decision, signature: { classes } }) =>
      decision === undefined || classes.some(({ label }) => label === decision.positive),
    { path: ['decision', 'positive'], error: 'must be the label of a class' },
  )
  .describe('The manifest of a tabular classifier.');

export type Manifest = z.infer<typeof ManifestSchema>;
export type ThresholdCriterion = (typeof THRESHOLD_CRITERIA)[number];
export type ManifestDecision = z.infer<typeof decision>;
export type TradeOff = z.infer<typeof tradeOff>;
export type Calibration = z.infer<typeof calibration>;
export type Evaluation = z.infer<typeof evaluation>;
export type CrossValidation = z.infer<typeof crossValidation>;
export type PredictionDistribution = z.infer<typeof predictions>;
export type Distribution = z.infer<typeof distribution>;
export type PackageFile = z.infer<typeof file>;
export { signature as SignatureSchema, modelName as ModelNameSchema, version as VersionSchema };
export { open as ThresholdSchema };
export { file as FileSchema, label as LabelSchema, text as TextSchema, unique };

export const GoldenSchema = z.strictObject({
  records: z
    .array(
      z.strictObject({
        input: z.record(z.string(), z.union([z.string(), z.number(), z.null()])),
        probabilities: z.array(fraction),
      }),
    )
    .min(MIN_GOLDEN_RECORDS),
});

/** Inputs with the probabilities that the model gave when it was trained. */
export type GoldenRecords = z.infer<typeof GoldenSchema>;
