import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import type { Row } from '../../src/core/signature.js';
import { RowEncoder } from '../../src/encoding/row-encoder.js';
import { writePackage } from '../../src/model/package/writer.js';
import { BACKENDS } from '../../src/runtime/backends/index.js';
import { Frame } from '../../src/training/datasets/frame.js';
import { distributionsOf, predictionDistribution } from '../../src/training/distributions.js';
import { exportModel } from '../../src/training/model-files.js';
import { buildNetwork } from '../../src/training/network.js';
import { seededRandom } from '../../src/training/random.js';
import { category, number } from './signatures.js';

const SHIPPED = join(import.meta.dirname, '../../models/car-evaluation/2.0.0/manifest.json');

const FILLERS = Array.from({ length: 18 }, (_, index) => `reading${index + 1}`);

/** 22 features: a number, categories of each encoding, one of two values, and 18 numbers more. */
export const MIXED = {
  features: [
    number('amount', { normalisation: { mean: 50, std: 10 } }),
    category('colour', ['red', 'green', 'blue']),
    category('grade', ['low', 'mid', 'high'], { encoding: 'ordinal' }),
    category('member', ['no', 'yes']),
    ...FILLERS.map((name) => number(name)),
  ],
  classes: ['bad', 'fair', 'good'].map((label) => ({ label, title: label })),
};

/** Rows of the same kind each time, or with the first four features shifted. */
export function mixedRows(count: number, seed: number, shifted = false): Row[] {
  const generator = seededRandom(seed);
  const random = () => uniformFloat64(generator);
  const by = shifted ? 1 : 0;
  const pick = (values: readonly string[], power: number) => values[Math.floor(random() ** power * values.length)]!;
  return Array.from({ length: count }, () => ({
    amount: 20 + 60 * random() + 10 * by,
    colour: pick(['red', 'green', 'blue'], 1 + by),
    grade: pick(['low', 'mid', 'high'], 1 + by),
    member: random() < 0.3 + 0.3 * by ? 'yes' : 'no',
    ...Object.fromEntries(FILLERS.map((name) => [name, random()])),
  }));
}

/** A models folder with one untrained model of them, `mixed`, which knows its training rows. */
export async function mixedModels(): Promise<string> {
  await BACKENDS.wasm();
  const encoder = new RowEncoder(MIXED);
  const { width } = encoder;
  const network = buildNetwork(
    { name: 'mixed', width, hidden: [], activation: 'relu', classes: MIXED.classes.length },
    seededRandom(11),
  );
  const answersOf = (rows: readonly Row[]): Float32Array => {
    const { data } = encoder.encode(rows)!;
    return tf.tidy(() =>
      (network.predictOnBatch(tf.tensor2d(data, [rows.length, width])) as tf.Tensor).dataSync(),
    ) as Float32Array;
  };
  const rows = mixedRows(1_000, 1);
  const predictions = predictionDistribution(answersOf(rows), rows.length, MIXED);
  const known = {
    rows: Frame.of(Object.keys(rows[0]!), rows as never),
    inputs: encoder.encode(rows)!,
    labels: rows.map(() => 0),
  };
  const { $schema: _, formatVersion: __, files: ___, ...contents } = JSON.parse(await readFile(SHIPPED, 'utf8'));
  const perClass = MIXED.classes.map(({ label }) => ({ label, precision: 1, recall: 1, f1: 1, support: 1 }));
  const confusionMatrix = MIXED.classes.map((__, row) => MIXED.classes.map((___, column) => Number(row === column)));
  const heldOut = { ...contents.metrics.heldOut, perClass, confusionMatrix };
  const golden = rows.slice(0, 32).map((input) => ({ input, probabilities: Array.from(answersOf([input])) }));
  const folder = await mkdtemp(join(tmpdir(), 'tensornest-mixed-'));
  const model = await exportModel(network);
  network.dispose();
  await writePackage(folder, {
    ...model,
    manifest: {
      ...contents,
      name: 'mixed',
      version: '1.0.0',
      signature: MIXED,
      metrics: { heldOut },
      distributions: { ...distributionsOf(known, MIXED as never), predictions },
    },
    golden: { records: golden } as never,
    card: '# Mixed\n',
  });
  return folder;
}
