import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CAR_VALUES } from '../support/car-rows.ts';
import { OUTPUT } from './paths.ts';
import { seededRandom } from './random.ts';

export interface Bodies {
  readonly folder: string;
  readonly texts: readonly string[];
}

/** Distinct request bodies of `rows` rows, also as numbered files in a folder, where the load generator reads them. */
export async function writeBodies(rows: number): Promise<Bodies> {
  const random = seededRandom(rows);
  // Large bodies vary enough in themselves; many of them would only push each other out of the caches.
  const count = rows === 1 ? 64 : rows < 1_000 ? 16 : 8;
  const texts = Array.from({ length: count }, () =>
    JSON.stringify({ inputs: Array.from({ length: rows }, () => randomCar(random)) }),
  );
  const folder = join(OUTPUT, 'bodies', String(rows));
  await mkdir(folder, { recursive: true });
  await Promise.all(texts.map((text, index) => writeFile(join(folder, `${index + 1}.json`), text)));
  return { folder, texts };
}

export function randomCar(random: () => number): Record<string, string> {
  return Object.fromEntries(
    Object.entries(CAR_VALUES).map(([name, values]) => [name, values[Math.floor(random() * values.length)] ?? '']),
  );
}
