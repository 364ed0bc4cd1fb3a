import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '../.output');

/** Writes what a run came to, to test/.output/<name>.json. */
export function writeFigures(name: string, figures: object): void {
  mkdirSync(FOLDER, { recursive: true });
  const text = JSON.stringify({ measured: new Date().toISOString(), node: process.version, ...figures }, null, 2);
  writeFileSync(join(FOLDER, `${name}.json`), `${text}\n`);
  process.stdout.write(`${name}: ${text}\n`);
}
