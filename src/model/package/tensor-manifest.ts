import { z } from 'zod';
import { BACKEND_NAMES } from '../../core/ports/inference-backend.js';
import { DEFAULT_FUNCTION } from '../../core/signature.js';
import { DATATYPES } from '../../core/tensor.js';
import {
  FileSchema,
  FORMAT_VERSION,
  LabelSchema,
  ModelNameSchema,
  TextSchema,
  unique,
  VersionSchema,
} from './manifest.js';

const tensorName = z
  .string()
  .regex(/^[^\p{Cc}]{1,256}$/u, 'must be 1 to 256 characters without control characters')
  .refine((name) => !(name in Object.prototype), 'must not be the name of an object method');

const tensor = z.strictObject({
  name: tensorName,
  datatype: z.enum(DATATYPES),
  shape: z
    .array(
      z
        .int()
        .min(-1)
        .max(2 ** 31 - 1),
    )
    .max(16)
    .nullable()
    .describe('Lengths by dimension, -1 where any length will do; null when the rank is not known.'),
  node: tensorName.optional().describe("The model's own name for the tensor, such as x:0; absent when it is the name."),
});

const tensors = z
  .array(tensor)
  .min(1)
  .max(256)
  .refine((all) => unique(all, ({ name }) => name), 'names must differ');

const tensorFunction = z.strictObject({
  method: z.enum(['predict', 'classify', 'regress']),
  inputs: tensors,
  outputs: tensors,
  labels: z.array(LabelSchema).min(1).optional().describe('Names of the classes, in the order of the scores.'),
});

const signature = z.strictObject({
  kind: z.literal('tensor'),
  functions: z
    .record(tensorName, tensorFunction)
    .refine((functions) => DEFAULT_FUNCTION in functions, `must have ${DEFAULT_FUNCTION}`),
});

export const TensorManifestSchema = z
  .strictObject({
    $schema: z.string().optional(),
    formatVersion: z.literal(FORMAT_VERSION),
    name: ModelNameSchema,
    version: VersionSchema,
    title: LabelSchema,
    description: TextSchema,
    licence: LabelSchema.describe('SPDX identifier of the licence of the model.'),
    task: z.literal('tensors'),
    signature,
    runtime: z.strictObject({
      format: z.enum(['layers-model', 'graph-model']),
      backends: z.array(z.enum(BACKEND_NAMES)).min(1).describe('The backends that can run the model.'),
    }),
    files: z
      .array(FileSchema)
      .min(1)
      .max(1_000)
      .refine((files) => unique(files, ({ path }) => path), 'paths must differ')
      .describe('Every other file of the package.'),
  })
  .describe('The manifest of a model that takes and gives tensors.');

export type TensorManifest = z.infer<typeof TensorManifestSchema>;

const element = z.union([z.number(), z.boolean(), z.string()]);

const goldenTensor = z.strictObject({
  shape: z.array(z.int().min(0)).max(16),
  data: z.array(element).describe('Row-major. Strings are base64 of their bytes.'),
});

export const TensorGoldenSchema = z.strictObject({
  records: z
    .array(
      z.strictObject({
        function: tensorName,
        inputs: z.record(tensorName, goldenTensor),
        outputs: z.record(tensorName, goldenTensor),
      }),
    )
    .min(1),
});

/** Inputs of a tensor model with the outputs that it gave when it was packaged. */
export type TensorGolden = z.infer<typeof TensorGoldenSchema>;
export type GoldenTensor = z.infer<typeof goldenTensor>;
