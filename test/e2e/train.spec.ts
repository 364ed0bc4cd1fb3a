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

describe('npm run train -- car-evaluation', () => {
  it('gives the shipped weights again, byte for byte, in a package that the service takes', async () => {
    const { code, stdout, stderr } = await train('car-evaluation', '--no-cross-validation', '--out', out);
    expect(code).toBe(0);
    expect(stderr).toMatch(/epoch \d+\/\d+, loss [\d.]+, accuracy [\d.]+/);
    expect(stdout).toMatch(/macro-F1/);
    const path = 'car-evaluation/2.0.0/weights.bin';
    expect(await digest(join(out, path))).toBe(await digest(join('models', path)));
    const service = await startTestApp({ MODELS_DIR: out });
    expect((await service.get('/health/ready')).status).toBe(200);
    await service.close();
  }, 90_000);

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

describe('the shipped model', () => {
  it('holds its quality goals', async () => {
    const { metrics } = JSON.parse(await readFile('models/car-evaluation/2.0.0/manifest.json', 'utf8'));
    expect(metrics.heldOut.accuracy).toBeGreaterThanOrEqual(0.995);
    expect(metrics.heldOut.macroF1).toBeGreaterThanOrEqual(0.99);
    expect(metrics.crossValidation.folds).toBe(10);
    expect(metrics.crossValidation.mean).toBeGreaterThanOrEqual(0.995);
  });
});
