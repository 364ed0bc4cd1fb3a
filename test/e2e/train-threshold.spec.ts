import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lineProgress } from '../../src/cli/line-progress.js';
import { train as trainHere } from '../../src/cli/train-command.js';
import { seededRandom } from '../../src/training/random.js';
import { openBrowser } from '../support/browser.js';
import { violations } from '../support/playground.js';
import { refusedTable } from '../support/refused-table.js';
import { runCommand } from '../support/run-command.js';
import { readTabularPackage } from '../support/tabular.js';
import { startTestApp } from '../support/test-app.js';

/** Rows of one household. */
const HOUSEHOLD = 7;
const HOUSEHOLDS = 30;

let folder: string;
const file = (name: string) => join(folder, name);
const json = async (name: string) => JSON.parse(await readFile(file(name), 'utf8'));

/** A rare class that no row is more likely to be than not: at 0.5 little of it is found. */
function table(households: number): string {
  const random = seededRandom(11);
  const lines = Array.from({ length: households * HOUSEHOLD }, (_, row) => {
    const debt = uniformFloat64(random);
    const left = uniformFloat64(random) < (debt > 0.75 ? 0.45 : 0.02) ? 'yes' : 'no';
    return [debt.toFixed(4), ['north', 'south', ''][row % 3], `h${Math.floor(row / HOUSEHOLD)}`, left].join(',');
  });
  return ['debt,region,household,left', ...lines].join('\n') + '\n';
}

const wordsOf = (name: string, words: readonly string[]) => [
  ...[file(`${name}.csv`), '--target', 'left', '--models', file('models'), '--no-cross-validation'],
  ...[`--report`, file(name), '--group', 'household', ...words],
];
const train = (name: string, ...words: string[]) => runCommand('dist/cli/train.js', wordsOf(name, words));

/** Presses Ctrl-C once, as soon as `when` was said. */
async function interrupt(name: string, when: RegExp, ...words: string[]) {
  const child = spawn(process.execPath, ['dist/cli/train.js', ...wordsOf(name, words)], {
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stdout = text(child.stdout);
  let [stderr, pressed] = ['', false];
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    stderr += part;
    if (!pressed && when.test(stderr)) pressed = child.kill('SIGINT');
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout: await stdout };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensornest-threshold-'));
  await writeFile(file('left.csv'), table(HOUSEHOLDS));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('train on a table with a rare class', () => {
  let stdout: string;
  beforeAll(async () => {
    const outcome = await train('left', '--slice', 'region');
    ({ stdout } = outcome);
    expect(outcome.code).toBe(0);
  }, 120_000);

  it('chooses the threshold of the rarer class, and finds it on rows that nobody has seen', async () => {
    const { decision, metrics } = await json('models/left/1.0.0/manifest.json');
    expect(decision).toMatchObject({ positive: 'yes', criterion: 'balanced-accuracy' });
    expect(decision.threshold).toBeLessThan(0.45);
    const { baselines } = await json('left/metrics.json');
    const { evaluation: even } = baselines.find(({ name }: { name: string }) => name === 'this model, at 0.5');
    const recallOf = (evaluation: { perClass: { recall: number }[] }) => evaluation.perClass[1]!.recall;
    expect(recallOf(metrics.heldOut)).toBeGreaterThan(recallOf(even) + 0.2);
    expect(stdout).toContain(`"yes" is answered where its probability reaches ${decision.threshold}, else "no"`);
    expect(stdout).toMatch(new RegExp(`^${decision.threshold} \\(in force\\) +[01]\\.\\d{4} `, 'm'));
  });

  it('writes what it chose into the training file, so that the next run decides alike', async () => {
    const { decision } = await json('models/left/training/1.0.0.json');
    expect(decision).toEqual((await json('models/left/1.0.0/manifest.json')).decision);
  });

  it('never parts a group: the held-out rows are whole households', async () => {
    const { dataset, signature } = await json('models/left/training/1.0.0.json');
    expect(dataset.group).toBe('household');
    expect(signature.features.map(({ name }: { name: string }) => name)).toEqual(['debt', 'region']);
    const { rows } = (await json('models/left/1.0.0/manifest.json')).metrics.heldOut;
    expect(rows % HOUSEHOLD).toBe(0);
    expect(rows / (HOUSEHOLDS * HOUSEHOLD)).toBeGreaterThan(0.15);
    expect(rows / (HOUSEHOLDS * HOUSEHOLD)).toBeLessThan(0.35);
  });

  it('is served by the rule that was measured', async () => {
    const service = await startTestApp({ MODELS_DIR: file('models'), DEFAULT_MODEL: 'left' });
    const { body } = await service.predict([
      { debt: 0.9, region: 'north' },
      { debt: 0.1, region: 'north' },
    ]);
    await service.close();
    expect(body.results).toMatchObject([{ label: 'yes' }, { label: 'no' }]);
    expect(body.results[0].probability).toBeLessThan(0.6);
  });

  it('shows threshold, trade-off and slices in a report that is accessible', async () => {
    const { decision, metrics } = await json('models/left/1.0.0/manifest.json');
    const { threshold } = decision;
    const recall = metrics.heldOut.perClass[1].recall.toFixed(4);
    const browser = await openBrowser();
    const page = await browser.newPage();
    await page.goto(pathToFileURL(file('left/report.html')).href);
    await page
      .getByRole('img', {
        name: new RegExp(`^Decision threshold\\. At ${threshold}, the dashed line, "yes" has sensitivity ${recall}`),
      })
      .waitFor();
    const section = page.locator('section', {
      has: page.getByRole('heading', { name: 'Decision threshold', level: 2 }),
    });
    expect(await section.innerText()).toContain(`"yes" is answered where its probability reaches ${threshold}`);
    expect(await section.getByRole('cell', { name: `${threshold} (in force)` }).count()).toBe(1);
    const slices = page.locator('section', { has: page.getByRole('heading', { name: 'Held-out rows by region' }) });
    const cells = await slices.locator('tbody tr td:first-child').allInnerTexts();
    expect(cells.toSorted()).toEqual(['(missing)', 'north', 'south']);
    const counts = await slices.locator('tbody tr td:nth-child(2)').allInnerTexts();
    const { rows } = (await json('models/left/1.0.0/manifest.json')).metrics.heldOut;
    expect(counts.map(Number).reduce((sum, count) => sum + count)).toBe(rows);
    expect(await violations(page)).toEqual([]);
    await browser.close();
    expect(await readFile(file('left/threshold.svg'), 'utf8')).toMatch(/^<svg xmlns="[^"]+" /);
  }, 60_000);

  it('does as --class-weights and --threshold say by hand, and keeps the best recipe where Ctrl-C ends the search', async () => {
    await writeFile(file('few.csv'), table(10));
    const words = ['--class-weights', 'balanced', '--threshold', '0.3', '--positive', 'no'];
    const { code, stdout: said } = await interrupt('few', /^Search: recipe/m, ...words);
    expect(code).toBe(0);
    expect(said).toMatch(/^The search was ended by hand after \d of 8 recipes; the best of them was trained\.$/m);
    const { decision, training } = await json('models/few/1.0.0/manifest.json');
    expect(training.hyperparameters.classWeights).toBe('balanced');
    expect(decision).toEqual({ positive: 'no', threshold: 0.3, criterion: 'given' });
    const { hyperparameters } = await json('models/few/training/1.0.0.json');
    expect(hyperparameters.classWeights).toBe('balanced');
    const ref = { name: 'few', version: '1.0.0' };
    await expect(readTabularPackage(file('models/few/1.0.0'), ref)).resolves.toMatchObject({ kind: 'tabular' });
    expect(await readFile(file('models/few/1.0.0/README.md'), 'utf8')).toContain('The search was ended by hand');
  }, 120_000);
});

describe('--threshold', () => {
  const refuse = async (...words: string[]) => {
    let stderr = '';
    const err = (text: string) => void (stderr += text);
    const code = await trainHere(words, { out: () => undefined, err, progress: lineProgress(err) });
    return { code, stderr };
  };

  it.each([
    ['--threshold', '1'],
    ['--threshold', 'constructor'],
  ])('is refused where it is none: %s %s', async (...words) => {
    const { code, stderr } = await refuse(file('left.csv'), ...words);
    expect(stderr).toContain('It must be "balanced", "f1" or a number between 0 and 1.');
    expect(code).toBe(2);
  });

  it.each([
    [['--threshold', 'f1', '--target', 'region'], '--threshold is for two classes; "region" has 3.'],
    [['--threshold', 'f1', '--name', 'known'], '--threshold would have no effect; edit it, or add --fresh.'],
  ])('is refused where it means nothing, with the reason: %j', async (words, reason) => {
    await writeFile(file('three.csv'), table(HOUSEHOLDS).replaceAll(',,', ',west,'));
    await mkdir(file('models/known/training'), { recursive: true });
    await writeFile(file('models/known/training/1.0.0.json'), '{}');
    const models = ['--models', file('models')];
    const { code, stderr } = await refusedTable(file('three.csv'), '--target', 'left', ...models, ...words);
    expect(stderr).toContain(reason);
    expect(code).toBe(2);
  });

  it('is refused for a model that has a training file to say it', async () => {
    const { code, stderr } = await refuse('car-evaluation', '--threshold', '0.3', '--exclude', 'doors');
    expect(stderr).toContain(
      '--exclude, --threshold would have no effect: the training file of car-evaluation says it; edit that.',
    );
    expect(code).toBe(2);
  });
});
