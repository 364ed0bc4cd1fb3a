import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestApp } from '../support/test-app.js';

let out: string;
beforeEach(async () => {
  out = await mkdtemp(join(tmpdir(), 'tensornest-train-'));
});
afterEach(() => rm(out, { recursive: true, force: true }));

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command as `npm run train --` runs it. */
function train(...args: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, ['dist/cli/train.js', ...args], (_, stdout, stderr) => {
      resolve({ code: child.exitCode, stdout, stderr });
    });
  });
}

const digest = async (path: string) =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex');

describe('npm run train --', () => {
  it.each([
    ['car-evaluation', 'car-evaluation/2.0.0'],
    ['car-evaluation@1.0.0', 'car-evaluation/1.0.0'],
    ['penguins', 'penguins/1.0.0'],
  ])(
    '%s gives the shipped package again, byte for byte, and the service takes it',
    async (model, folder) => {
      const { code, stdout, stderr } = await train(model, '--no-cross-validation', '--out', out);
      expect(code).toBe(0);
      expect(stderr).toMatch(/epoch \d+\/\d+, loss [\d.]+, accuracy [\d.]+/);
      expect(stdout).toMatch(/macro-F1/);
      for (const file of ['weights.bin', 'model.json', 'golden.json']) {
        expect(await digest(join(out, folder, file))).toBe(await digest(join('models', folder, file)));
      }
      const service = await startTestApp({ MODELS_DIR: out });
      expect((await service.get('/health/ready')).status).toBe(200);
      await service.close();
    },
    90_000,
  );

  it('writes nothing below --fail-under, and ends with code 3', async () => {
    const { code, stderr } = await train('car-evaluation', '--no-cross-validation', '--epochs', '1', '--out', out);
    expect(code).toBe(3);
    expect(stderr).toMatch(/accuracy/);
    expect(await readdir(out)).toEqual([]);
  });

  it('asks "did you mean" for a model that it does not know', async () => {
    const { code, stderr } = await train('car-evalution');
    expect(code).toBe(2);
    expect(stderr).toMatch(/did you mean "car-evaluation"/);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});

describe('the shipped models', () => {
  it.each([
    ['car-evaluation/2.0.0', 0.995, 0.99],
    ['penguins/1.0.0', 0.97, 0.97],
  ])('hold their quality goals: %s', async (folder, accuracy, macroF1) => {
    const { metrics } = JSON.parse(await readFile(join('models', folder, 'manifest.json'), 'utf8'));
    expect(metrics.heldOut.accuracy).toBeGreaterThanOrEqual(accuracy);
    expect(metrics.heldOut.macroF1).toBeGreaterThanOrEqual(macroF1);
    expect(metrics.crossValidation.folds).toBe(10);
    expect(metrics.crossValidation.mean).toBeGreaterThanOrEqual(accuracy);
  });

  it.each(['car-evaluation/1.0.0', 'car-evaluation/2.0.0', 'penguins/1.0.0'])(
    'say how far their confidence can be trusted, and what they answered to held-out rows: %s',
    async (folder) => {
      const { metrics, distributions } = JSON.parse(await readFile(join('models', folder, 'manifest.json'), 'utf8'));
      const { rows, accuracy, calibration } = metrics.heldOut;
      const { reliability, expectedCalibrationError } = calibration;
      const sum = (part: (bin: any) => number) => reliability.reduce((total: number, bin: any) => total + part(bin), 0);
      expect(sum((bin) => bin.rows)).toBe(rows);
      expect(sum((bin) => bin.rows * bin.accuracy) / rows).toBeCloseTo(accuracy, 9);
      const gap = sum((bin) => bin.rows * Math.abs(bin.accuracy - bin.confidence));
      expect(gap / rows).toBeCloseTo(expectedCalibrationError, 9);
      const { classes, confidence, rows: answered } = distributions.predictions;
      const total = (counts: readonly number[]) => counts.reduce((all, count) => all + count);
      expect([total(Object.values<number>(classes)), total(confidence.counts), answered]).toEqual([rows, rows, rows]);
      const card = await readFile(join('models', folder, 'README.md'), 'utf8');
      expect(card).toContain(`ten bins of equal width: ${expectedCalibrationError.toFixed(4)}`);
    },
  );

  it('say in the model card when they are exempt from such goals', async () => {
    const card = await readFile('models/car-evaluation/1.0.0/README.md', 'utf8');
    expect(card).toMatch(/^Exempt from the quality gate: /m);
  });
});
