import type { Signature } from '../../core/signature.js';
import { explainRow } from '../../encoding/row-dto.js';
import { RowEncoder } from '../../encoding/row-encoder.js';
import type { GoldenRecords, Manifest } from '../../model/package/manifest.js';
import type { PackageContents } from '../../model/package/writer.js';
import { calibrationOf } from '../calibration.js';
import { type DataRow, digestOf } from '../datasets/dataset.js';
import { Frame } from '../datasets/frame.js';
import { distributionsOf, predictionDistribution } from '../distributions.js';
import type { Examples } from '../examples.js';
import { evaluate } from '../metrics.js';
import type { ModelFiles } from '../model-files.js';
import { TrainingError } from '../training-error.js';
import { importedCard } from './imported-card.js';

const LEAST_ROWS = 32;
/** Rows in the golden records, where there are as many. */
export const RECORDS = 40;
/** Largest accepted difference of one probability from what the model gave before; float32 makes for less than 1e-6. */
const TOLERANCE = 1e-5;

/** A package, and how near it comes to what it was made from. */
export interface ImportedModel {
  readonly contents: PackageContents;
  /** Sentences for whoever imports. */
  readonly notes: readonly string[];
}

/** What an imported model is called, by whoever imports it. */
export interface Identity {
  readonly name: string;
  readonly version: string;
  /** SPDX identifier. */
  readonly licence: string;
  readonly date: Date;
}

/** What a model trained elsewhere came to. */
export interface Judged {
  readonly signature: Manifest['signature'];
  /** Rows, and what the model answered to them where it was trained. */
  readonly golden: readonly { readonly row: DataRow; readonly probabilities: readonly number[] }[];
  /** Rows that it was not trained on, and what the packaged model answers to them: shape [rows, classes], row-major. */
  readonly held?: { readonly examples: Examples; readonly probabilities: Float32Array };
  readonly files: ModelFiles;
  readonly format: Manifest['runtime']['format'];
  /** What it was trained with, and what it is there. */
  readonly origin: { readonly name: string; readonly version: string; readonly what: string };
  readonly hyperparameters: Manifest['training']['hyperparameters'];
}

/**
 * The largest difference of one of our probabilities (shape [rows, classes], row-major) from theirs. Refuses one that is more
 * than rounding makes, and names its row; `places` has the place of each row where it came from.
 */
export function assertAlike(
  ours: Float32Array,
  theirs: readonly (readonly number[])[],
  where: string,
  places: readonly number[] = [...theirs.keys()],
): number {
  const classes = ours.length / theirs.length;
  let largest = 0;
  theirs.forEach((row, at) => {
    if (row.length !== classes) {
      throw new TrainingError(
        `Row ${places[at]! + 1}: has ${row.length} probabilities, the model has ${classes} classes.`,
      );
    }
    row.forEach((expected, label) => {
      const got = ours[at * classes + label]!;
      const difference = Math.abs(got - expected);
      if (!(difference <= TOLERANCE)) {
        throw new TrainingError(
          `Row ${places[at]! + 1}: ${where} says ${expected} where the import comes to ${got}. Were the probabilities made ` +
            'by this very model?',
        );
      }
      largest = Math.max(largest, difference);
    });
  });
  return largest;
}

/** The rows that the signature takes, `least` of them at least, encoded; `kept` has the place of each among `rows`. */
export function judgedRows(
  signature: Signature,
  rows: readonly DataRow[],
  labels: readonly string[],
  least = LEAST_ROWS,
): { examples: Examples; kept: number[]; notes: string[] } {
  const encoder = new RowEncoder(signature);
  const kept = [...rows.keys()].filter((row) => encoder.accepts([rows[row]]));
  const places = new Map(signature.classes.map(({ label }, place) => [label, place]));
  const odd = kept.find((row) => !places.has(labels[row]!));
  if (odd !== undefined) {
    const known = [...places.keys()].join(', ');
    throw new TrainingError(`Row ${odd + 1}: its class "${labels[odd]}" is not one of the model's (${known}).`);
  }
  const refused = [...rows.keys()].find((row) => !encoder.accepts([rows[row]]));
  const why = refused === undefined ? '' : `row ${refused + 1}: ${problemsOf(signature, rows[refused]!)}`;
  if (kept.length < least) {
    const count = `${kept.length} of ${rows.length} rows can be used`;
    const fix = `give at least ${least} that the model was not trained on`;
    throw new TrainingError(`${count}; ${fix}.${why === '' ? '' : ` The signature refuses ${why}.`}`);
  }
  const good = kept.map((row) => rows[row]!);
  const frame = Frame.of(
    signature.features.map(({ name }) => name),
    good,
  );
  return {
    examples: { rows: frame, inputs: encoder.encode(good)!, labels: kept.map((row) => places.get(labels[row]!)!) },
    kept,
    notes:
      refused === undefined
        ? []
        : [`${rows.length - kept.length} rows are left out, as the signature refuses them; ${why}.`],
  };
}

/** Everything of the package; the metrics are those of the packaged model on the rows that are held. */
export function packageOf({ name, version, licence, date }: Identity, judged: Judged): PackageContents {
  const { signature, held, files, format, origin } = judged;
  const manifest: PackageContents['manifest'] = {
    name,
    version,
    title: name,
    description: `Trained with ${origin.name} ${origin.version} (${origin.what}) and imported.`,
    licence,
    limits: [held === undefined ? WITHOUT_DATA : WITHOUT_TRAINING_DATA],
    task: 'classification',
    signature,
    runtime: { format, backends: ['wasm', 'cpu', 'tensorflow'] },
    metrics: held === undefined ? {} : metricsOf(held, signature),
    training: {
      ...(held === undefined ? {} : { dataset: datasetOf(held.examples, signature) }),
      date: date.toISOString(),
      framework: { name: origin.name, version: origin.version },
      hyperparameters: judged.hyperparameters,
    },
    distributions:
      held === undefined
        ? { features: {}, classes: {} }
        : {
            ...distributionsOf(held.examples, signature),
            predictions: predictionDistribution(held.probabilities, held.examples.labels.length, signature),
          },
  };
  return { manifest, ...files, golden: goldenOf(judged), card: importedCard(manifest) };
}

const WITHOUT_TRAINING_DATA =
  'Its training data did not come with it: the distributions in its manifest are those of the rows that it was judged on.';
const WITHOUT_DATA =
  'It came without data: how good it is was not measured, and what its training data looked like is not known.';

function metricsOf({ examples: { labels }, probabilities }: NonNullable<Judged['held']>, signature: Signature) {
  const names = signature.classes.map(({ label }) => label);
  return {
    heldOut: { ...evaluate(labels, probabilities, names), calibration: calibrationOf(labels, probabilities, 1) },
  };
}

function datasetOf({ rows, labels }: Examples, { features, classes }: Signature): Manifest['training']['dataset'] {
  const names = features.map(({ name }) => name);
  const table = rows.rows().map((row, at) => ({ ...row, class: classes[labels[at]!]!.label }));
  const columns = [...names, 'class'];
  return {
    name: 'rows that came with the model',
    source: 'Given by whoever imported the model, as rows that it was not trained on.',
    licence: 'not stated',
    rows: rows.length,
    sha256: digestOf({ columns, frame: () => Frame.of(columns, table) }),
  };
}

function goldenOf({ golden }: Judged): GoldenRecords {
  return {
    records: golden.map(({ row, probabilities }) => ({
      input: row,
      probabilities: probabilities.map((value) => Math.min(1, Math.max(0, Number(value.toFixed(9))))),
    })),
  };
}

function problemsOf(signature: Signature, row: DataRow): string {
  return explainRow(signature, row)
    .map(({ field, message }) => `${field ?? 'it'} ${message}`)
    .join('; ');
}
