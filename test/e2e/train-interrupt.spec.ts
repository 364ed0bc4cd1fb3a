import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../support/run-command.js';

let folder: string;
const file = (name: string) => join(folder, name);
const EPOCHS = 120;

const rows = Array.from({ length: 80 }, (_, row) => [row % 7, (row * 13) % 11, (row * row) % 5 > 1 ? 'yes' : 'no']);
const number = (name: string) => ({
  kind: 'number',
  name,
  description: name,
  missing: { policy: 'refuse' },
  sensitive: false,
  minimum: null,
  maximum: null,
  unit: null,
  integer: true,
  normalisation: 'learn',
  example: 1,
});
const training = {
  name: 'table',
  version: '1.0.0',
  title: 'Table',
  description: 'A table.',
  licence: 'MIT',
  intendedUse: 'None.',
  limits: ['All.'],
  dataset: { file: '', target: 'y', missing: [''], other: {} },
  signature: { features: [number('a'), number('b')], classes: ['no', 'yes'].map((label) => ({ label, title: label })) },
  seed: 42,
  testFraction: 0.25,
  folds: 4,
  hyperparameters: {
    layers: [8],
    activation: 'relu',
    epochs: EPOCHS,
    batchSize: 16,
    learningRate: 0.01,
    temperature: 'learn',
  },
  failUnder: { accuracy: 0, macroF1: 0 },
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensornest-interrupt-'));
  await mkdir(file('models/table/training'), { recursive: true });
  await writeFile(file('rows.csv'), ['a,b,y', ...rows.map((cells) => cells.join(','))].join('\n'));
  const dataset = { ...training.dataset, file: file('rows.csv') };
  await writeFile(file('models/table/training/1.0.0.json'), JSON.stringify({ ...training, dataset }));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const words = (out: string, more: readonly string[]) => [
  'table',
  '--models',
  file('models'),
  '--out',
  file(out),
  ...more,
];
const train = (out: string, ...more: string[]) => runCommand('dist/cli/train.js', words(out, more));

/** Presses Ctrl-C `times` times as soon as `when` was said. */
async function interrupt(out: string, when: RegExp, times: number, ...more: string[]) {
  const child = spawn(process.execPath, ['dist/cli/train.js', ...words(out, more)], {
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close') as Promise<[number | null]>;
  const stdout = text(child.stdout);
  let stderr = '';
  let pressed = 0;
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    stderr += part;
    if (pressed === 0 && when.test(stderr)) pressed += Number(child.kill('SIGINT'));
    else if (pressed === 1 && times === 2 && stderr.includes('Stopping')) pressed += Number(child.kill('SIGINT'));
  });
  const [code] = await ended;
  return { code, stdout: await stdout, stderr };
}

const weights = (out: string) => readFile(file(`${out}/table/1.0.0/weights.bin`), 'hex');
const card = (out: string) => readFile(file(`${out}/table/1.0.0/README.md`), 'utf8');
const CHECKPOINT = 'models/table/training/1.0.0.checkpoint';

describe('Ctrl-C while a model is trained', () => {
  let whole: string;
  beforeAll(async () => {
    expect((await train('whole', '--no-cross-validation')).code).toBe(0);
    whole = await weights('whole');
    expect(existsSync(file(CHECKPOINT))).toBe(false);
  });

  it('in the calibration keeps its network, with what it has learnt', async () => {
    const { code, stdout } = await interrupt('calibration', /^Calibration: epoch/m, 1);
    expect(code).toBe(0);
    const said =
      /The calibration was ended by hand after epoch (\d+) of 120; its network is the model, which has learnt from 45 rows\./;
    expect(Number(said.exec(stdout)?.[1])).toBeGreaterThanOrEqual(EPOCHS / 10);
    expect(await card('calibration')).toMatch(said);
  });

  it('in the training keeps the weights as they are, and --resume comes to those of a run without it', async () => {
    const { code, stdout } = await interrupt('training', /^Training: epoch/m, 1, '--no-cross-validation');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^The training was ended by hand after epoch \d+ of 120\.$/m);
    expect(await weights('training')).not.toBe(whole);
    const resumed = await train('training', '--no-cross-validation', '--resume');
    expect(resumed.stderr).toMatch(/^Going on from .*1\.0\.0\.checkpoint: \d+ epochs and 0 folds are done\.$/m);
    expect(resumed.stderr).not.toContain('Calibration');
    expect(await weights('training')).toBe(whole);
    expect(existsSync(file(CHECKPOINT))).toBe(false);
  });

  it('twice ends at once without a package, and nothing that was done is lost', async () => {
    const { code, stderr } = await interrupt('twice', /^Training: epoch/m, 2, '--checkpoint-every', '0');
    expect(code).toBe(130);
    expect(stderr).toContain('Ended at once: no package was written.');
    expect(existsSync(file('twice'))).toBe(false);
    const refused = await train('twice', '--resume', '--seed', '43');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('is of a run with seed 42, and this one has 43');
    const kept = await interrupt('twice', /^Cross-validation: fold/m, 1, '--resume', '--checkpoint-every', '0');
    expect(kept.stdout).toContain('The cross-validation was ended by hand, so there are no figures of it.');
    expect(await weights('twice')).toBe(whole);
    expect(await readdir(file('twice/table'))).toEqual(['1.0.0']);
    expect(existsSync(file(CHECKPOINT))).toBe(true);
  });

  it('has nothing to go on from where no run was ended', async () => {
    await rm(file(CHECKPOINT), { force: true });
    const { code, stderr } = await train('none', '--resume');
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^error: There is no .*1\.0\.0\.checkpoint, so nothing to go on from; leave out --resume\.$/m,
    );
  });
});
