import { version_core } from '@tensorflow/tfjs-core';
import type { InferenceBackend } from '../core/ports/inference-backend.js';
import type { Manifest, PredictionDistribution } from '../model/package/manifest.js';
import type { PackageContents } from '../model/package/writer.js';
import { type Dataset, digestOf } from './datasets/dataset.js';
import { distributionsOf } from './distributions.js';
import { type Examples, pick } from './examples.js';
import type { Split } from './stratify.js';
import { decisionOf } from './threshold.js';
import type { Recipe } from './training-config.js';

export interface TrainingRecord {
  readonly config: Recipe;
  /** With everything that was learnt. */
  readonly signature: Manifest['signature'];
  readonly dataset: Dataset;
  readonly examples: Examples;
  readonly split: Split;
  readonly metrics: Manifest['metrics'];
  readonly predictions: PredictionDistribution;
  readonly backend: InferenceBackend;
  readonly date: Date;
}

/** Everything that the manifest says about a model, its files excepted. */
export function describeModel(record: TrainingRecord): PackageContents['manifest'] {
  const { config, signature, examples, split, metrics, backend, date } = record;
  const decision = decisionOf(config.decision);
  const { name, version, title, description, licence, intendedUse, limits } = config;
  return {
    name,
    version,
    title,
    description,
    licence,
    intendedUse,
    limits,
    task: 'classification',
    signature,
    ...(decision === undefined ? {} : { decision }),
    runtime: { format: 'layers-model', backends: ['wasm', 'cpu', 'tensorflow'] },
    metrics,
    training: {
      dataset: describeDataset(record),
      seed: config.seed,
      date: date.toISOString(),
      framework: { name: 'TensorFlow.js', version: version_core, backend: backend.name },
      hyperparameters: {
        ...config.hyperparameters,
        optimizer: 'adam',
        learningRateSchedule: 'half a cosine, down to 1 %',
        loss: 'categorical cross-entropy',
        testFraction: config.testFraction,
      },
    },
    distributions: { ...distributionsOf(pick(examples, split.train), signature), predictions: record.predictions },
  };
}

function describeDataset({ dataset, examples }: TrainingRecord): Manifest['training']['dataset'] {
  const { name, source, licence } = dataset;
  return { name, source, licence, rows: examples.rows.length, sha256: digestOf(dataset) };
}
