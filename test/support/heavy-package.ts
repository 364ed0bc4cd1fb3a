import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { RowEncoder } from '../../src/encoding/row-encoder.js';
import { writePackage } from '../../src/model/package/writer.js';
import { BACKENDS } from '../../src/runtime/backends/index.js';
import { exportModel } from '../../src/training/model-files.js';
import { buildNetwork } from '../../src/training/network.js';
import { seededRandom } from '../../src/training/random.js';
import { allCarRows } from './car-rows.js';

const SHIPPED = join(import.meta.dirname, '../../models/car-evaluation/2.0.0/manifest.json');

/** A models folder with one package: the car signature before three untrained dense layers of 1,000. */
export async function heavyModels(): Promise<string> {
  await BACKENDS.wasm();
  const manifest = JSON.parse(await readFile(SHIPPED, 'utf8'));
  const { width, ...encoder } = withWidth(new RowEncoder(manifest.signature));
  const hidden = [1_000, 1_000, 1_000];
  const network = buildNetwork(
    { name: 'heavy', width, hidden, activation: 'relu', classes: manifest.signature.classes.length },
    seededRandom(7),
  );
  const rows = allCarRows().filter((_, index) => index % 40 === 0);
  const { data } = encoder.encode(rows)!;
  const answers = tf.tidy(() =>
    (network.predictOnBatch(tf.tensor2d(data, [rows.length, width])) as tf.Tensor).arraySync(),
  );
  const records = rows.map((input, row) => ({ input, probabilities: (answers as number[][])[row]! }));
  const folder = await mkdtemp(join(tmpdir(), 'tensornest-heavy-'));
  const { $schema: _, formatVersion: __, files: ___, ...contents } = manifest;
  const model = await exportModel(network);
  network.dispose();
  await writePackage(folder, {
    ...model,
    manifest: { ...contents, name: 'heavy', version: '1.0.0' },
    golden: { records } as never,
    card: '# Heavy\n',
  });
  return folder;
}

function withWidth(encoder: RowEncoder): { width: number; encode: RowEncoder['encode'] } {
  return { width: encoder.width, encode: (rows) => encoder.encode(rows) };
}
