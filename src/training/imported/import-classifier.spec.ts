import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  answerOf,
  type DenseLayer,
  functionalModel,
  graphModel,
  type KerasModelFiles,
  sequentialModel,
  writeKerasModel,
} from '../../../test/support/keras-model.js';
import type { InferenceBackend } from '../../core/ports/inference-backend.js';
import { RowEncoder } from '../../encoding/row-encoder.js';
import { readPackage } from '../../model/package/reader.js';
import { writePackage } from '../../model/package/writer.js';
import { openSlot } from '../../model/open-slot.js';
import { BACKENDS } from '../../runtime/backends/index.js';
import { completeSignature } from './given-signature.js';
import { type Classifier, importClassifier } from './import-classifier.js';
import { readTfjs } from './read-tfjs.js';

const IDENTITY = { name: 'imported', version: '1.0.0', licence: 'MIT', date: new Date(0) };
const COLUMNS = [
  { name: 'age', normalisation: { mean: 40, std: 12 } },
  { name: 'city', values: ['Bonn', 'Köln', 'Ulm'] },
  { name: 'size', values: ['S', 'M', 'L'], encoding: 'ordinal' },
];
const INPUTS = [
  { name: 'size', width: 1 },
  { name: 'age', width: 1 },
  { name: 'city', width: 3 },
];
const signature = (...classes: string[]) => completeSignature('test', { features: COLUMNS, classes });
const THREE = signature('low', 'mid', 'high');
const TWO = signature('no', 'yes');

const hidden: DenseLayer = { name: 'hidden', units: 4, activation: 'relu' };
// By their names the last layer comes first.
const answer = (units: number, activation: string): DenseLayer => ({ name: 'answer', units, activation });

let backend: InferenceBackend;
let folder: string;
let models = 0;
beforeAll(async () => {
  backend = await BACKENDS.wasm();
  folder = await mkdtemp(join(tmpdir(), 'tensornest-keras-'));
});
afterAll(async () => {
  await backend.close();
  await rm(folder, { recursive: true });
});

async function load(model: KerasModelFiles) {
  const file = await writeKerasModel(join(folder, String((models += 1))), model);
  return readTfjs(file, model.modelJson);
}

/** Imports, and proves the package as the service does. */
async function run(model: KerasModelFiles, more: Partial<Classifier> = {}) {
  const artifacts = await load(model);
  const before = backend.tensorCount();
  try {
    const made = await importClassifier({ artifacts, signature: THREE, seed: 1, ...more }, IDENTITY, backend);
    const written = await writePackage(join(folder, `models-${models}`), made.contents);
    const found = await readPackage(written, IDENTITY);
    const slot = await openSlot(found, backend, { placement: 'inline', batchRows: 64, tabulateInputs: 0 });
    await slot.retire();
    return made;
  } finally {
    expect(backend.tensorCount()).toBe(before);
  }
}

/** Of the golden records, the probabilities that the layers come to by hand. */
function byHand(layers: readonly DenseLayer[], made: Awaited<ReturnType<typeof run>>, order = [0, 1, 2, 3, 4]) {
  const encoder = new RowEncoder(made.contents.manifest.signature);
  return made.contents.golden.records.map(({ input }) => {
    const { data } = encoder.encode([input])!;
    return answerOf(
      layers,
      order.map((place) => data[place]!),
    );
  });
}

const recorded = (made: Awaited<ReturnType<typeof run>>) =>
  made.contents.golden.records.map(({ probabilities }) => probabilities);

function expectClose(one: readonly number[][], other: readonly number[][]): void {
  expect(one).toHaveLength(other.length);
  one.flat().forEach((value, at) => {
    expect(Math.abs(value - other.flat()[at]!)).toBeLessThan(1e-6);
  });
}

const softmax = (scores: readonly number[]) => {
  const powers = scores.map((score) => Math.exp(score));
  return powers.map((power) => power / powers.reduce((sum, one) => sum + one, 0));
};
const both = ([one]: readonly number[]) => [1 - one!, one!];

/** [age, city, size] in the order of the inputs above. */
const BY_INPUT = [4, 0, 1, 2, 3];

describe.each([
  ['layers of Keras 2', (layers: DenseLayer[]) => sequentialModel(5, layers, 2)],
  ['layers of Keras 3', (layers: DenseLayer[]) => sequentialModel(5, layers, 3)],
  ['a graph', (layers: DenseLayer[]) => graphModel([{ name: 'x', width: 5 }], layers)],
])('a classifier of %s', (_, build) => {
  it('becomes a package of rows with its own answers as golden records', async () => {
    const layers = [hidden, answer(3, 'softmax')];
    const made = await run(build(layers));
    expectClose(recorded(made), byHand(layers, made));
    expect(recorded(made)).toHaveLength(40);
    const { metrics, training, distributions } = made.contents.manifest;
    expect({ metrics, distributions, dataset: training.dataset }).toEqual({
      metrics: {},
      distributions: { features: {}, classes: {} },
      dataset: undefined,
    });
    expect(made.contents.card).toContain('Not measured: the model came without data.');
  });

  it('gives both probabilities where it gave one', async () => {
    const layers = [hidden, answer(1, 'sigmoid')];
    const made = await run(build(layers), { signature: TWO });
    expectClose(recorded(made), byHand(layers, made).map(both));
    expect(made.notes.join()).toContain('became one of both');
  });

  it('gives probabilities where it gave scores, of several classes or of one', async () => {
    const several = [hidden, answer(3, 'linear')];
    const made = await run(build(several));
    expectClose(recorded(made), byHand(several, made).map(softmax));
    const one = [hidden, answer(1, 'linear')];
    const binary = await run(build(one), { signature: TWO, output: 'logits' });
    expectClose(recorded(binary), byHand(one, binary).map(([score]) => softmax([0, score!]))); // prettier-ignore
  });

  it('is measured on rows that came with it, few as they may be', async () => {
    const rows = Array.from({ length: 10 }, (_, at) => ({ age: 20 + at, city: 'Ulm', size: at % 2 ? 'S' : 'L' }));
    const labels = rows.map((_, at) => ['low', 'mid', 'high'][at % 3]!);
    const made = await run(build([hidden, answer(3, 'softmax')]), { data: { rows, labels } });
    const { metrics, distributions } = made.contents.manifest;
    expect(metrics.heldOut?.rows).toBe(10);
    expect(distributions.features.city).toMatchObject({ counts: { Bonn: 0, Köln: 0, Ulm: 10 } });
    expect(made.contents.golden.records).toHaveLength(40);
    expect(made.notes).toEqual([
      '10 labelled rows are few: its metrics say little.',
      '30 of the golden records are of rows made up by the signature.',
      expect.stringMatching(/^Its probabilities differ from those of the model as it came by \d/),
    ]);
  });
});

describe.each([
  ['Keras 2', (units: number, activation: string) => functionalModel(INPUTS, { units, activation }, 2)],
  ['Keras 3', (units: number, activation: string) => functionalModel(INPUTS, { units, activation }, 3)],
  ['a graph', (units: number, activation: string) => graphModel(INPUTS, [hidden, answer(units, activation)])],
])('a model with an input for each column, of %s', (_, build) => {
  it('becomes one of one input, whatever the order of its inputs', async () => {
    const made = await run(build(3, 'softmax'));
    expectClose(recorded(made), byHand([hidden, answer(3, 'softmax')], made, BY_INPUT));
    expect(made.notes.join()).toContain('Its 3 inputs (size, age, city) became one.');
    const one = await run(build(1, 'sigmoid'), { signature: TWO });
    expectClose(recorded(one), byHand([hidden, answer(1, 'sigmoid')], one, BY_INPUT).map(both));
  });

  it('is refused with both sides where the names do not fit', async () => {
    const other = completeSignature('test', { features: ['alter', ...COLUMNS.slice(1)], classes: ['a', 'b', 'c'] });
    await expect(run(build(3, 'softmax'), { signature: other })).rejects.toThrow(
      /Its inputs: size 1; age 1; city 3\. The columns: alter 1; city 3 \(Bonn, Köln, Ulm\); size 1\./,
    );
  });
});

describe.each([2, 3] as const)('a Normalization layer of Keras %i', (keras) => {
  const mean = [1990, 0.5, -3, 40, 0];
  const variance = [25, 0.25, 1e6, 144, 0];
  const layers = [hidden, answer(3, 'softmax')];
  const normalised = (means: readonly number[], variances: readonly number[]) => (row: readonly number[]) =>
    answerOf(
      layers,
      row.map((value, at) => (value - means[at]!) / Math.max(Math.sqrt(variances[at]!), 1e-7)),
    );
  const rows = Array.from({ length: 20 }, (_, at) => [1985 + at, at / 20, 90 * at - 900, 30 + at, 0]);
  const plainRows = completeSignature('test', {
    features: ['year', 'share', 'balance', 'age', 'same'].map((name) => ({ name })),
    classes: ['low', 'mid', 'high'],
  });

  async function answersTo(model: KerasModelFiles): Promise<number[][]> {
    const { contents } = await run(model, { signature: plainRows });
    const { modelJson, weights } = contents;
    const opened = await backend.open(
      { format: 'layers-model', modelJson, weights: new Uint8Array(weights).buffer },
      'inline',
    );
    const numbers = [...(await opened.run({ data: Float32Array.from(rows.flat()), rows: rows.length, width: 5 }))];
    opened.close();
    return rows.map((_, at) => numbers.slice(3 * at, 3 * at + 3));
  }

  it.each(['adapted', 'given'] as const)('does to each column what it did there, the statistics %s', async (form) => {
    const model = sequentialModel(5, layers, keras, { mean, variance, form });
    expectClose(await answersTo(model), rows.map(normalised(mean, variance)));
  });

  it.each(['adapted', 'given'] as const)('takes one mean for all columns, %s', async (form) => {
    const model = sequentialModel(5, layers, keras, { mean: [500], variance: [90_000], form, alone: true });
    expectClose(await answersTo(model), rows.map(normalised(Array(5).fill(500), Array(5).fill(90_000))));
  });

  it('may be the first layer, which then says how wide a row is', async () => {
    const model = sequentialModel(5, layers, keras, { mean, variance, form: 'adapted' });
    layersOf(model).shift();
    expectClose(await answersTo(model), rows.map(normalised(mean, variance)));
  });

  it('is refused where it was never adapted, or turns values back', async () => {
    const empty = sequentialModel(5, layers, keras, { mean, variance, form: 'given' });
    layersOf(empty)[1].config.mean = null;
    await expect(load(empty)).rejects.toThrow(/"normalization" has no mean: adapt\(\) it/);
    const inverse = sequentialModel(5, layers, keras, { mean, variance, form: 'adapted' });
    layersOf(inverse)[1].config.invert = true;
    await expect(load(inverse)).rejects.toThrow(/"normalization" turns normalised values back/);
  });
});

describe('a classifier of rows', () => {
  const plain = (units: number, activation: string, inputs = 5) =>
    sequentialModel(inputs, [hidden, answer(units, activation)], 3);

  it.each<[string, KerasModelFiles, Partial<Classifier>, RegExp]>([
    [
      'another number of columns',
      plain(3, 'softmax', 7),
      {},
      /takes 7 numbers a row, but the columns of the signature make 5: age 1; city 3 \(Bonn, Köln, Ulm\); size 1\./,
    ],
    [
      'too few classes',
      plain(3, 'softmax'),
      { signature: TWO },
      /answers 3 numbers a row, .* has 2 classes: no, yes\./,
    ],
    ['one answer for three classes', plain(1, 'sigmoid'), {}, /One number is the probability of the second of two/],
    ['a number that may be either', tiny(), { signature: TWO }, /add --output probabilities .* or --output logits/],
    [
      'a sigmoid for each class',
      plain(3, 'sigmoid'),
      {},
      /add up to \d\.\d+ and not to 1\. .* add --output logits; if each/,
    ],
    [
      'scores that are called probabilities',
      plain(3, 'linear'),
      { output: 'probabilities' },
      /which is no probability/,
    ],
    ['whole numbers', typed('int32'), {}, /input "dense_input" takes INT32, but rows are encoded as FP32/],
    ['images', shaped([null, 28, 28, 5]), {}, /has the shape \[any, 28, 28, 5\]; a classifier of rows has/],
    ['a fixed number of rows', shaped([32, 5]), {}, /has the shape \[32, 5\]/],
    [
      'a class that it does not have',
      plain(3, 'softmax'),
      { data: { rows: [{ age: 1, city: 'Ulm', size: 'S' }], labels: ['best'] } },
      /^Row 1: its class "best" is not one of the model's \(low, mid, high\)/,
    ],
    [
      'only rows that the signature refuses',
      plain(3, 'softmax'),
      { data: { rows: [{ age: 1, city: 'Rom', size: 'S' }], labels: ['low'] } },
      /0 of 1 rows can be used; .* row 1: city must be one of "Bonn", "Köln", "Ulm"/,
    ],
  ])('is refused with what to do: %s', async (_, model, more, message) => {
    await expect(run(model, more)).rejects.toThrow(message);
  });

  it.each<[string, (model: KerasModelFiles) => KerasModelFiles, string, RegExp]>([
    [
      'a shard that is missing',
      without,
      'file-missing',
      /shard2of2\.bin: its weights cannot be read \(ENOENT\).* one folder/,
    ],
    ['a shard that was cut', cut, 'file-truncated', /its weights take 156 bytes, the weight files have 152/],
    ['a layer that needs Python', withLayer('Lambda'), 'layer-unknown', /has a Lambda layer \("odd"\).* SavedModel/],
    ['a layer for which there is the signature', withLayer('StringLookup'), 'layer-unknown', /the signature encodes/],
    ['a layer of somebody else', withLayer('MyLayer'), 'layer-unknown', /"MyLayer"/],
    ['weights that are no numbers', notFinite, 'weights-not-finite', /NaN or infinite/],
  ])('is not read with %s', async (_, damage, code, message) => {
    const error: unknown = await load(damage(plain(3, 'softmax'))).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
  });
});

/** Whose score is always 0.5. */
function tiny(): KerasModelFiles {
  const { modelJson } = sequentialModel(5, [{ name: 'answer', units: 1, activation: 'linear' }], 2);
  modelJson.weightsManifest[0].paths = ['all.bin'];
  // The kernel comes before the bias.
  return { modelJson, shards: new Map([['all.bin', new Uint8Array(new Float32Array([0, 0, 0, 0, 0, 0.5]).buffer)]]) };
}

function typed(dtype: string): KerasModelFiles {
  const model = sequentialModel(5, [hidden, answer(3, 'softmax')], 2);
  layersOf(model)[0].config.dtype = dtype;
  return model;
}

function shaped(shape: (number | null)[]): KerasModelFiles {
  const model = sequentialModel(5, [hidden, answer(3, 'softmax')], 3);
  layersOf(model)[0].config.batch_shape = shape;
  return model;
}

function layersOf({ modelJson }: KerasModelFiles) {
  return modelJson.modelTopology.model_config.config.layers;
}

function without({ modelJson, shards }: KerasModelFiles): KerasModelFiles {
  return { modelJson, shards: new Map([...shards].slice(0, 1)) };
}

function cut({ modelJson, shards }: KerasModelFiles): KerasModelFiles {
  return { modelJson, shards: new Map([...shards].map(([name, bytes], at) => [name, at === 0 ? bytes : bytes.subarray(4)])) }; // prettier-ignore
}

function withLayer(kind: string) {
  return (model: KerasModelFiles) => {
    layersOf(model).splice(1, 0, { class_name: kind, config: { name: 'odd' } });
    return model;
  };
}

function notFinite({ modelJson, shards }: KerasModelFiles): KerasModelFiles {
  return { modelJson, shards: new Map([...shards].map(([name, bytes]) => [name, new Uint8Array(bytes.length).fill(255)])) }; // prettier-ignore
}
