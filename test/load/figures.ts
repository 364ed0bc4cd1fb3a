import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '../.output');

/** How long the run is to take. */
export const SECONDS = Number(process.env.LOAD_SECONDS);

/** Writes what was measured to test/.output/<name>.json, with when and on what, and shows it. */
export function writeFigures(name: string, figures: object): void {
  mkdirSync(FOLDER, { recursive: true });
  const machine = { cores: cpus().length, node: process.version };
  const text = JSON.stringify(
    { measured: new Date().toISOString(), seconds: SECONDS, ...machine, ...figures },
    null,
    2,
  );
  writeFileSync(join(FOLDER, `${name}.json`), `${text}\n`);
  process.stdout.write(`${name}: ${text}\n`);
}
