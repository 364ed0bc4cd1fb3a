import { execFile } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../paths.ts';

const run = promisify(execFile);

/** What an imported probability may differ by from scikit-learn's own. */
const MOST = 1e-6;

/**
 * Fits models with the Python that is there, exports them by the README's own lines and imports each. Resolves to what went
 * wrong, a line a model.
 */
export async function checkSklearnExports(python: string, folder: string): Promise<readonly string[]> {
  await mkdir(folder);
  await run(python, ['-W', 'ignore', join(ROOT, 'test/fixtures/sklearn/generate.py'), folder]);
  const failures: string[] = [];
  for (const file of await readdir(folder)) {
    const words = ['import', join(folder, file), '--name', file.replace('.json', ''), '--licence', 'MIT'];
    const more = ['--models', join(folder, 'models'), '--json'];
    const { stdout } = await run(process.execPath, [join(ROOT, 'dist/cli/model.js'), ...words, ...more]);
    const [, difference] = /differ from scikit-learn's by ([\d.e-]+)/.exec(stdout) ?? [];
    console.log(`${file}: imported, at most ${difference} from scikit-learn's probabilities`);
    if (!(Number(difference) <= MOST)) failures.push(`${file}: ${difference}, of ${MOST} at most.`);
  }
  return failures;
}
