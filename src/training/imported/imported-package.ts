import type { Signature } from '../../core/signature.js';
import { explainRow } from '../../encoding/row-dto.js';
import { RowEncoder } from '../../encoding/row-encoder.js';
import { sha256 } from '../../model/package/integrity.js';
import type { GoldenRecords, Manifest } from '../../model/package/manifest.js';
import type { PackageContents } from '../../model/package/writer.js';
import { calibrationOf } from '../calibration.js';
import { type DataRow, toCsv } from '../datasets/dataset.js';
import { distributionsOf, predictionDistribution } from '../distributions.js';
import type { Examples } from '../examples.js';
import { evaluate } from '../metrics.js';
import type { ModelFiles } from '../model-files.js';
import { seededRandom } from '../random.js';
import { balancedSample } from '../stratify.js';
import { TrainingError } from '../training-error.js';
import { importedCard } from './imported-card.js';

const LEAST_ROWS = 32;
/** Rows in the golden records, where there are as many. */
const RECORDS = 40;
const SEED = 1;

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
  /** Rows that it was not trained on. */
  readonly examples: Examples;
  /** What the packaged model answers to them; shape [rows, classes], row-major. */
  readonly probabilities: Float32Array;
  /** What it answered where it was trained, by row. */
  readonly recorded: readonly (readonly number[])[];
  readonly files: ModelFiles;
  readonly format: Manifest['runtime']['format'];
  /** What it was trained with, and what it is there. */
  readonly origin: { readonly name: string; readonly version: string; readonly what: string };
  readonly hyperparameters: Manifest['training']['hyperparameters'];
}

/** The rows that the signature takes, encoded; `kept` has the place of each among `rows`. */
export function judgedRows(
  signature: Signature,
  rows: readonly DataRow[],
  labels: readonly string[],
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
  if (kept.length < LEAST_ROWS) {
    const count = `${kept.length} of ${rows.length} rows can be used`;
    const fix = `give at least ${LEAST_ROWS} that the model was not trained on`;
    throw new TrainingError(`${count}; ${fix}.${why === '' ? '' : ` The signature refuses ${why}.`}`);
  }
  const good = kept.map((row) => rows[row]!);
  return {
    examples: { rows: good, inputs: encoder.encode(good)!, labels: kept.map((row) => places.get(labels[row]!)!) },
    kept,
    notes:
      refused === undefined
        ? []
        : [`${rows.length - kept.length} rows are left out, as the signature refuses them; ${why}.`],
  };
}

/** Everything of the package; the metrics are those of the packaged model on the rows. */
export function packageOf({ name, version, licence, date }: Identity, judged: Judged): PackageContents {
  const { signature, examples, probabilities, files, format, origin } = judged;
  const { rows, labels } = examples;
  const names = signature.classes.map(({ label }) => label);
  const heldOut = { ...evaluate(labels, probabilities, names), calibration: calibrationOf(labels, probabilities, 1) };
  const columns = signature.features.map((feature) => feature.name);
  const table = rows.map((row, at) => ({ ...row, class: names[labels[at]!]! }));
  const manifest: PackageContents['manifest'] = {
    name,
    version,
    title: name,
    description: `Trained with ${origin.name} ${origin.version} (${origin.what}) and imported.`,
    licence,
    limits: [
      'Its training data did not come with it: the distributions in its manifest are those of the rows that it was judged on.',
    ],
    task: 'classification',
    signature,
    runtime: { format, backends: ['wasm', 'cpu', 'tensorflow'] },
    metrics: { heldOut },
    training: {
      dataset: {
        name: 'rows that came with the model',
        source: 'Given by whoever imported the model, as rows that it was not trained on.',
        licence: 'not stated',
        rows: rows.length,
        sha256: sha256(toCsv({ columns: [...columns, 'class'], rows: () => table })),
      },
      date: date.toISOString(),
      framework: { name: origin.name, version: origin.version },
      hyperparameters: judged.hyperparameters,
    },
    distributions: {
      ...distributionsOf(examples, signature),
      predictions: predictionDistribution(probabilities, labels.length, signature),
    },
  };
  return { manifest, ...files, golden: goldenOf(judged), card: importedCard(manifest) };
}

function goldenOf({ examples: { rows, labels }, recorded }: Judged): GoldenRecords {
  const sample = balancedSample(labels, RECORDS, seededRandom(SEED));
  return {
    records: sample.map((row) => ({
      input: rows[row]!,
      probabilities: recorded[row]!.map((value) => Math.min(1, Math.max(0, Number(value.toFixed(9))))),
    })),
  };
}

function problemsOf(signature: Signature, row: DataRow): string {
  return explainRow(signature, row)
    .map(({ field, message }) => `${field ?? 'it'} ${message}`)
    .join('; ');
}
