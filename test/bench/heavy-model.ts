import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as Writer from '../../src/model/package/writer.ts';
import { randomCar } from './bodies.ts';
import { type DenseLayer, forward } from './layers-model.ts';
import { HEAVY_PACKAGE, OUTPUT, ROOT } from './paths.ts';
import { readPackage } from './peers/car-package.mjs';
import { gaussian, seededRandom } from './random.ts';

const WIDTH = 1_000;
const GOLDEN_RECORDS = 32;
const SEED = 20_260_101;

type Manifest = Writer.PackageContents['manifest'];
type StoredManifest = Manifest & Record<'$schema' | 'formatVersion' | 'files', unknown>;

/** A package with the car's signature and three hidden layers of 1,000 units, in a models folder of its own. */
export async function writeHeavyPackage(carPackage: string): Promise<string> {
  const writer = pathToFileURL(join(ROOT, 'dist/model/package/writer.js')).href;
  const { writePackage } = (await import(writer)) as typeof Writer;
  const stored = JSON.parse(await readFile(join(carPackage, 'manifest.json'), 'utf8')) as StoredManifest;
  const layers = randomLayers(stored.signature.classes.length, readPackage(carPackage).width);
  const [name = '', version = ''] = HEAVY_PACKAGE.split('/');
  const { $schema: _schema, formatVersion: _format, files: _files, ...manifest } = stored;
  const modelsDir = join(OUTPUT, 'models-heavy');
  await writePackage(modelsDir, {
    manifest: {
      ...manifest,
      name,
      version,
      title: 'Synthetic load',
      description: 'Random weights, for measuring only.',
    },
    modelJson: toModelJson(layers),
    weights: Buffer.concat(layers.flatMap(({ kernel, bias }) => [bytesOf(kernel), bytesOf(bias)])),
    golden: { records: goldenRecords(carPackage, layers) },
    card: '# Synthetic load\n\nRandom weights: its answers mean nothing.\n',
  });
  return modelsDir;
}

function randomLayers(classes: number, inputs: number): DenseLayer[] {
  const random = seededRandom(SEED);
  const widths = [inputs, WIDTH, WIDTH, WIDTH, classes];
  return widths.slice(1).map((units, index) => {
    const fanIn = widths[index] ?? 0;
    // He initialisation keeps the signal's size through the layers, so that the probabilities stay away from 0 and 1.
    const scale = Math.sqrt((index === widths.length - 2 ? 1 : 2) / fanIn);
    return {
      name: `dense_${index + 1}`,
      inputs: fanIn,
      units,
      activation: index === widths.length - 2 ? 'softmax' : 'relu',
      kernel: Float32Array.from({ length: fanIn * units }, () => gaussian(random) * scale),
      bias: new Float32Array(units),
    };
  });
}

function toModelJson(layers: readonly DenseLayer[]): Record<string, unknown> {
  const weights = layers.flatMap(({ name, inputs, units }) => [
    { name: `${name}/kernel`, shape: [inputs, units], dtype: 'float32' },
    { name: `${name}/bias`, shape: [units], dtype: 'float32' },
  ]);
  const topology = layers.map(({ name, inputs, units, activation }, index) => ({
    class_name: 'Dense',
    config: { name, units, activation, use_bias: true, ...(index === 0 ? { batch_input_shape: [null, inputs] } : {}) },
  }));
  return {
    format: 'layers-model',
    generatedBy: 'tensornest-bench',
    modelTopology: { class_name: 'Sequential', config: { name: 'heavy', layers: topology } },
    weightsManifest: [{ paths: ['weights.bin'], weights }],
  };
}

function goldenRecords(carPackage: string, layers: readonly DenseLayer[]): Writer.PackageContents['golden']['records'] {
  const random = seededRandom(SEED + 1);
  const { encode } = readPackage(carPackage);
  return Array.from({ length: GOLDEN_RECORDS }, () => {
    const input = randomCar(random);
    return { input, probabilities: forward(layers, [...encode([input])]) };
  });
}

const bytesOf = (values: Float32Array): Buffer => Buffer.from(values.buffer, values.byteOffset, values.byteLength);
