import { z } from 'zod';
import type { Manifest } from '../../model/package/manifest.js';
import { seededRandom } from '../random.js';
import { balancedSample } from '../stratify.js';
import { TrainingError } from '../training-error.js';
import { denseNetwork } from './dense-network.js';
import { type DenseLayer, foldColumns, type SourceColumn } from './encoded-columns.js';
import { withEdits } from './given-signature.js';
import { assertAlike, type Identity, type ImportedModel, judgedRows, packageOf, RECORDS } from './imported-package.js';
import { classesOf, layersOf } from './sklearn-estimators.js';
import { type Fitted, FittedSchema, learnt, type SklearnExport } from './sklearn-export.js';
import { toFeatures, toRows } from './sklearn-signature.js';
import { type FeatureFacts, transform } from './sklearn-transformers.js';

const SEED = 1;

/** A pipeline of scikit-learn in the words of the signature and of dense layers. */
interface Translated {
  readonly signature: Manifest['signature'];
  readonly layers: readonly DenseLayer[];
}

/**
 * Makes a package of an exported scikit-learn classifier, in the realm's active backend. Its golden records are the
 * answers of scikit-learn. Refuses with a `TrainingError` what cannot be expressed, and what answers otherwise.
 *
 * @param edited takes the place of the signature that follows from the export, whose names, values and labels it must have.
 */
export async function importSklearn(
  exported: SklearnExport,
  identity: Identity,
  edited?: Manifest['signature'],
): Promise<ImportedModel> {
  const { signature, layers, rows } = translate(exported, edited);
  const labels = exported.labels.map(String);
  const { examples, kept, notes } = judgedRows(signature, rows, labels);
  const network = denseNetwork(identity.name, layers);
  try {
    const probabilities = network.predict(examples.inputs);
    const truth = kept.map((row) => exported.probabilities[row]!);
    const difference = assertAlike(probabilities, truth, 'scikit-learn', kept);
    const sample = balancedSample(examples.labels, RECORDS, seededRandom(SEED));
    const contents = packageOf(identity, {
      signature,
      golden: sample.map((row) => ({ row: examples.rows.row(row), probabilities: truth[row]! })),
      held: { examples, probabilities },
      files: await network.export(),
      format: 'layers-model',
      origin: { name: 'scikit-learn', version: exported.sklearn, what: nameOf(exported.model) },
      hyperparameters: hyperparametersOf(exported.model),
    });
    return {
      contents,
      notes: [
        ...notes,
        `Its probabilities differ from scikit-learn's by ${difference.toExponential(1)} at most (${kept.length} rows).`,
      ],
    };
  } finally {
    network.dispose();
  }
}

function translate(
  exported: SklearnExport,
  edited: Manifest['signature'] | undefined,
): Translated & { readonly rows: ReturnType<typeof toRows> } {
  const facts: FeatureFacts[] = exported.features.map((name) => ({ name }));
  const raw = facts.map((_, feature): SourceColumn => ({ feature, source: 'number', scale: 1, offset: 0 }));
  const { before, estimator } = unwrap(exported.model);
  const columns = before.reduce<readonly SourceColumn[]>((now, part) => transform(part, now, facts), raw);
  const layers = layersOf(estimator);
  const width = layers[0]!.kernel.length;
  if (width !== columns.length) {
    throw new TrainingError(
      `The ${estimator.class} takes ${width} columns, but what stands before it gives ${columns.length}.`,
    );
  }
  const used = [...new Set(columns.map(({ feature }) => feature))].sort((a, b) => a - b);
  const rows = toRows(exported, facts, used);
  assertNumbers(facts, used, rows);
  const own = {
    features: toFeatures(facts, used, columns, rows),
    classes: classesOf(estimator).map((label) => ({ label, title: label })),
  };
  const signature = edited === undefined ? own : withEdits(own, edited);
  const placed = columns.map((column) => ({ ...column, feature: used.indexOf(column.feature) }));
  return { signature, rows, layers: [foldColumns(layers[0]!, placed, signature), ...layers.slice(1)] };
}

/** The classifier at the end, and what stands before it. */
function unwrap(model: Fitted): { before: (Fitted | string | null)[]; estimator: Fitted } {
  if (model.best_estimator_ !== undefined) return unwrap(learnt(model, 'best_estimator_', FittedSchema));
  if (model.class !== 'Pipeline') return { before: [], estimator: model };
  const steps = learnt(model, 'steps', z.array(z.tuple([z.string(), z.union([FittedSchema, z.string(), z.null()])])));
  const last = steps.pop()?.[1];
  if (typeof last !== 'object' || last === null) throw new TrainingError('The Pipeline does not end in a classifier.');
  const { before, estimator } = unwrap(last);
  return { before: [...steps.map(([, part]) => part), ...before], estimator };
}

function assertNumbers(facts: readonly FeatureFacts[], used: readonly number[], rows: ReturnType<typeof toRows>): void {
  const text = used.find(
    (place) => facts[place]!.values === undefined && rows.some((row) => typeof row[facts[place]!.name] === 'string'),
  );
  if (text === undefined) return;
  throw new TrainingError(`"${facts[text]!.name}" holds texts, but nothing in the pipeline encodes it.`);
}

function nameOf(model: Fitted): string {
  const { before, estimator } = unwrap(model);
  return [
    ...before.map((part) => (typeof part === 'object' && part !== null ? part.class : part)),
    estimator.class,
  ].join(', ');
}

/** What the classifier was told, and not what it learnt. */
function hyperparametersOf(model: Fitted): Record<string, string | number | boolean> {
  const { estimator } = unwrap(model);
  const told = Object.entries(estimator).filter(
    ([name, value]) => !name.endsWith('_') && ['string', 'number', 'boolean'].includes(typeof value),
  );
  return Object.fromEntries(told) as Record<string, string | number | boolean>;
}
