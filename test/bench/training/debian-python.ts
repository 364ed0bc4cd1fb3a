import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { installDebian } from '../prepare.ts';

const run = promisify(execFile);
const PYTHON = '/usr/bin/python3';

/** Debian's Python with scikit-learn; root on Debian gets it installed. Undefined where it is not there. */
export async function debianPython(): Promise<string | undefined> {
  if (await knowsSklearn()) return PYTHON;
  return (await installDebian(['python3-sklearn', 'python3-pandas'])) && (await knowsSklearn()) ? PYTHON : undefined;
}

function knowsSklearn(): Promise<boolean> {
  return run(PYTHON, ['-c', 'import sklearn, pandas']).then(
    () => true,
    () => false,
  );
}
