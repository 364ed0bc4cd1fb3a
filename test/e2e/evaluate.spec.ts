import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../support/run-command.js';

let folder: string;
const file = (name: string) => join(folder, name);
const evaluate = (...words: string[]) => runCommand('dist/cli/model.js', ['evaluate', 'penguins', ...words]);

interface Golden {
  readonly records: readonly { input: Record<string, string | number | null>; probabilities: readonly number[] }[];
}
const LABELS = ['Adelie', 'Chinstrap', 'Gentoo'];
/** The golden inputs with the class that the model is known to answer, but for the first four. */
let lines: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensornest-evaluate-'));
  const { records } = JSON.parse(await readFile('models/penguins/1.0.0/golden.json', 'utf8')) as Golden;
  const columns = Object.keys(records[0]!.input);
  lines = [
    [...columns, 'species'].join(','),
    ...records.map(({ input, probabilities }, row) => {
      const winner = probabilities.indexOf(Math.max(...probabilities));
      const label = LABELS[row < 4 ? (winner + 1) % 3 : winner]!;
      return [...columns.map((name) => String(input[name] ?? 'NA')), label].join(',');
    }),
  ];
  await writeFile(file('rows.csv'), lines.join('\n'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('model evaluate', () => {
  it('measures the answers of the package, whole and by the values of a column', async () => {
    const { code, stdout } = await evaluate(file('rows.csv'), '--target', 'species', '--slice', 'island', '--json');
    expect(code).toBe(0);
    const { evaluation, assessment, slices, refused } = JSON.parse(stdout);
    const rows = lines.length - 1;
    expect(evaluation).toMatchObject({ rows, accuracy: (rows - 4) / rows });
    expect(refused).toBe(0);
    const sum = (counts: readonly number[]) => counts.reduce((all, count) => all + count, 0);
    expect(sum(evaluation.confusionMatrix.flat())).toBe(rows);
    expect(evaluation.calibration.expectedCalibrationError).toBeGreaterThan(0);
    expect(assessment.intervals.accuracy.low).toBeLessThan(evaluation.accuracy);
    expect(Object.keys(assessment)).toEqual(expect.arrayContaining(['rocArea', 'prArea', 'brier', 'balancedAccuracy']));
    expect(slices[0].column).toBe('island');
    expect(sum(slices[0].slices.map((slice: any) => slice.rows))).toBe(rows);
    expect(sum(slices[0].slices.map((slice: any) => slice.rows * slice.accuracy))).toBeCloseTo(rows - 4, 9);
  });

  it('says the same to people, and ends with 3 below what is asked for', async () => {
    const { code, stdout } = await evaluate(
      file('rows.csv'),
      '--target',
      'species',
      '--slice',
      'sex',
      '--fail-under',
      '0.99',
    );
    expect(code).toBe(3);
    expect(stdout).toMatch(/^Rows: \d+ +accuracy 0\.\d{4}/m);
    expect(stdout).toMatch(/^sex +rows +accuracy +95 % +balanced accuracy/m);
    expect(stdout).toMatch(/^\(missing\) +\d+ /m);
    expect(stdout).toMatch(/accuracy is 0\.\d{4}, at least 0\.99 is needed\.$/m);
  });

  it('counts what it leaves out, with the line and the reason', async () => {
    const [head, first, ...others] = lines;
    const cells = first!.split(',');
    const wrong = [cells.with(0, 'Atlantis'), cells.with(-1, 'Emperor'), cells.with(-1, '')].map((row) =>
      row.join(','),
    );
    await writeFile(file('wrong.csv'), [head, ...wrong, ...others].join('\n'));
    const { code, stdout } = await evaluate(file('wrong.csv'), '--target', 'species', '--json');
    expect(code).toBe(0);
    const { unlabelled, refused, problems, evaluation } = JSON.parse(stdout);
    expect({ unlabelled, refused, rows: evaluation.rows }).toEqual({ unlabelled: 1, refused: 2, rows: others.length });
    expect(problems).toMatchObject([{ line: 2, message: expect.stringContaining('island') }, { line: 3 }]);
    expect(problems[1].message).toBe('species is "Emperor", which is no class of the model');
  });

  it.each<[string[], number, RegExp]>([
    [[], 2, /^error: --target must name the column that holds the class\.$/m],
    [['--target', 'specie'], 1, /has no column "specie"; did you mean "species"\?/],
    [['--target', 'species', '--slice', 'islnd'], 1, /has no column "islnd"; did you mean "island"\?/],
    [['--target', 'island'], 1, /nothing is left to measure: line 2: island is /],
  ])('says what to write instead: %j', async (words, code, message) => {
    const outcome = await evaluate(file('rows.csv'), ...words);
    expect(outcome.code).toBe(code);
    expect(outcome.stderr).toMatch(message);
  });
});
