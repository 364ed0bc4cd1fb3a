import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readTabularPackage } from '../../test/support/tabular.js';
import { RowEncoder } from '../encoding/row-encoder.js';
import type { Distribution } from '../model/package/manifest.js';
import { BACKENDS } from '../runtime/backends/index.js';
import { lineProgress } from './line-progress.js';
import type { Terminal } from './terminal.js';
import { train } from './train-command.js';

const QUICK = ['car-evaluation', '--epochs', '2', '--no-cross-validation'];
const UNGATED = ['--fail-under', '0', '--fail-under-f1', '0'];

let models: string;
let out: string;
let said = '';
let complained = '';
const err = (text: string) => void (complained += text);
const terminal: Terminal = { out: (text) => void (said += text), err, progress: lineProgress(err) };
const run = (...words: string[]) => train([...words, '--models', models, '--out', out], terminal);

beforeAll(async () => {
  models = await mkdtemp(join(tmpdir(), 'models-'));
  for (const name of ['car-evaluation', 'penguins']) {
    await cp(join('models', name, 'training'), join(models, name, 'training'), { recursive: true });
  }
  await mkdir(join(models, 'broken/training'), { recursive: true });
  await writeFile(join(models, 'broken/training/1.0.0.json'), '{ "name": "broken" }');
});
afterAll(() => rm(models, { recursive: true }));

beforeEach(async () => {
  said = complained = '';
  out = await mkdtemp(join(models, 'out-'));
});

describe('train', () => {
  it('writes a package that opens and reproduces its own golden records', async () => {
    expect(await run(...QUICK, ...UNGATED)).toBe(0);
    const ref = { name: 'car-evaluation', version: '2.0.0' };
    const { manifest, artifacts, golden } = await readTabularPackage(join(out, 'car-evaluation/2.0.0'), ref);
    const model = await (await BACKENDS.wasm()).open(artifacts, 'inline');
    const inputs = new RowEncoder(manifest.signature).encode(golden.records.map(({ input }) => input));
    const answers = await model.run(inputs!);
    golden.records
      .flatMap(({ probabilities }) => probabilities)
      .forEach((probability, index) => {
        expect(answers[index]).toBeCloseTo(probability, 6);
      });
    model.close();
    expect(manifest.metrics.heldOut?.rows).toBe(432);
    expect(manifest.metrics.crossValidation).toBeUndefined();
    expect(manifest.training).toMatchObject({
      seed: 42,
      hyperparameters: { epochs: 2 },
      framework: { backend: 'wasm' },
    });
    expect(manifest.distributions.classes).toEqual({ unacc: 907, acc: 288, good: 52, vgood: 49 });
  });

  it('learns mean, deviation and stand-ins from the rows that it trains on, and from no others', async () => {
    await run('penguins', '--no-cross-validation', '--epochs', '1', '--seed', '7', ...UNGATED);
    const { manifest } = await readTabularPackage(join(out, 'penguins/1.0.0'), { name: 'penguins', version: '1.0.0' });
    const { features } = manifest.distributions;
    const numbers = manifest.signature.features.filter((feature) => feature.kind === 'number');
    expect(numbers.map(({ name }) => name)).toEqual(Object.keys(features).filter((name) => /_(mm|g)$/.test(name)));
    for (const { name, normalisation, missing } of numbers) {
      const seen = features[name] as Extract<Distribution, { kind: 'number' }>;
      expect(seen.count + seen.missing).toBe(258);
      expect(normalisation).toEqual({ mean: seen.mean, std: seen.std });
      expect(missing).toEqual({ policy: 'default', value: seen.deciles[5] });
    }
  });

  it('trains the version that is asked for', async () => {
    expect(await run('car-evaluation@1.0.0', '--epochs', '2', '--no-cross-validation')).toBe(0);
    expect(complained).toContain('Training car-evaluation 1.0.0 (seed 42, ');
    expect(await readdir(join(out, 'car-evaluation'))).toEqual(['1.0.0']);
    expect(await readFile(join(out, 'car-evaluation/1.0.0/README.md'), 'utf8')).toContain(
      'npm run train -- car-evaluation@1.0.0 --seed 42 --epochs 2\n',
    );
  });

  it('packages an exempt model whatever it reaches, and says why, there and in the model card', async () => {
    expect(await run('car-evaluation@1.0.0', '--epochs', '1', '--no-cross-validation')).toBe(0);
    const reason = /^Exempt from the quality gate: it is the kind of model that the seed article builds/m;
    expect(said).toMatch(reason);
    expect(await readFile(join(out, 'car-evaluation/1.0.0/README.md'), 'utf8')).toMatch(reason);
  });

  it('gates an exempt model after all when it is told to', async () => {
    const code = await run('car-evaluation@1.0.0', '--epochs', '1', '--no-cross-validation', '--fail-under', '0.95');
    expect(code).toBe(3);
    expect(complained).toMatch(/^error: Held-out accuracy is 0\.\d{4}, at least 0\.95 is needed\. No package was/m);
    expect(said).not.toContain('Exempt');
    expect(await readdir(out)).toEqual([]);
  });

  it('gives the same weights for the same seed and others for another seed', async () => {
    const weights = async (...seed: string[]) => {
      await run(...QUICK, ...UNGATED, ...seed);
      return readFile(join(out, 'car-evaluation/2.0.0/weights.bin'), 'hex');
    };
    const first = await weights();
    expect(await weights('--seed', '42')).toBe(first);
    expect(await weights('--seed', '43')).not.toBe(first);
  });

  it('prints the metrics, where the package is and what to do next', async () => {
    await run(...QUICK, ...UNGATED);
    expect(said).toMatch(/Held-out rows: 432 {3}accuracy 0\.\d{4} {3}macro-F1 0\.\d{4}/);
    expect(said).toMatch(/class +precision +recall +F1 +support\nunacc /);
    expect(said).toMatch(/true \\ predicted +unacc +acc +good +vgood\nunacc /);
    expect(said).toContain(
      `Package written to ${join(out, 'car-evaluation/2.0.0')}\nNext: MODELS_DIR=${out} npm start\n`,
    );
    expect(complained).toMatch(/^Training: epoch 2\/2, loss \d\.\d{4}, accuracy 0\.\d{4}$/m);
  });

  it('cross-validates before it writes, and puts the folds into the manifest and the model card', async () => {
    expect(await run('car-evaluation', '--epochs', '1', ...UNGATED)).toBe(0);
    const folder = join(out, 'car-evaluation/2.0.0');
    const manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8'));
    expect(manifest.metrics.crossValidation.accuracies).toHaveLength(10);
    const mean = manifest.metrics.crossValidation.mean.toFixed(4);
    expect(said).toContain(`10-fold cross-validation: mean accuracy ${mean}`);
    expect(await readFile(join(folder, 'README.md'), 'utf8')).toContain(`mean accuracy ${mean}`);
  });

  it('exits with 3 below the quality gate, says what was reached and writes nothing', async () => {
    expect(await run(...QUICK, '--fail-under', '0', '--fail-under-f1', '0.99')).toBe(3);
    expect(complained).toMatch(
      /^error: Held-out macro-F1 is 0\.\d{4}, at least 0\.99 is needed\. No package was written\.$/m,
    );
    expect(await readdir(out)).toEqual([]);
  });

  it.each([
    [[], "error: missing required argument 'model'"],
    [['car-evalution'], 'did you mean "car-evaluation"?'],
    [['car-evaluation@3.0.0'], 'there is car-evaluation@2.0.0, car-evaluation@1.0.0'],
    [['car-evaluation', '--epocs', '3'], 'Did you mean --epochs?'],
    [['car-evaluation', '--epochs', '0'], 'It must be a whole number from 1 to 10000.'],
    [['car-evaluation', '--seed', '1.5'], 'It must be a whole number from 0 to 2147483647.'],
    [['car-evaluation', '--fail-under', '99'], 'It must be a number from 0 to 1.'],
  ])('exits with 2 on wrong usage and says what to write instead: %j', async (words, message) => {
    expect(await run(...words)).toBe(2);
    expect(complained).toContain(message);
  });

  it('exits with 1 on a training file that cannot be used, a line a field', async () => {
    expect(await run('broken')).toBe(1);
    expect(complained).toContain(`${join(models, 'broken/training/1.0.0.json')}: version: `);
    expect(complained).not.toContain('    at ');
  });

  it('explains itself and exits with 0 when asked for help', async () => {
    expect(await run('--help')).toBe(0);
    expect(said).toContain('Usage: train [options] <model>');
  });
});

describe('progress in a log', () => {
  it('takes ten lines a phase, however long it is', () => {
    let lines = '';
    const phase = lineProgress((text) => void (lines += text)).start('Training', 60);
    for (let epoch = 1; epoch <= 60; epoch += 1) phase.step(`epoch ${epoch}/60`, { epoch, loss: 0.5, accuracy: 0.9 });
    phase.end();
    expect(lines.trimEnd().split('\n')).toHaveLength(10);
    expect(lines).toContain('Training: epoch 60/60, loss 0.5000, accuracy 0.9000\n');
  });

  it('goes on with the step after those that were not needed', () => {
    let lines = '';
    const phase = lineProgress((text) => void (lines += text)).start('Search', 100);
    for (let recipe = 1; recipe <= 4; recipe += 1) {
      for (let epoch = 1; epoch <= 5; epoch += 1) phase.step(`recipe ${recipe}`, { epoch, loss: 0.5, accuracy: 0.9 });
      phase.skip(20);
    }
    expect(lines.match(/recipe \d/g)).toEqual(['recipe 2', 'recipe 2', 'recipe 3', 'recipe 4', 'recipe 4']);
  });
});
