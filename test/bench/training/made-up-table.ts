import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { seededRandom } from '../../../src/training/random.ts';

const NUMBERS = 15;
const CATEGORIES = 5;
const CLASSES = ['low', 'mid', 'high'];

/**
 * Writes a table of 15 columns of numbers, 5 of categories and a class that depends on some of them, not linearly, with
 * noise. The same seed gives the same bytes.
 */
export async function writeMadeUpTable(file: string, rows: number, seed: number): Promise<void> {
  const random = seededRandom(seed);
  const fraction = () => (random.next() >>> 0) / 2 ** 32;
  const normal = () => Math.sqrt(-2 * Math.log(1 - fraction())) * Math.cos(2 * Math.PI * fraction());
  const out = createWriteStream(file);
  const numbers = Array.from({ length: NUMBERS }, (_, at) => `n${at + 1}`);
  const categories = Array.from({ length: CATEGORIES }, (_, at) => `c${at + 1}`);
  out.write([...numbers, ...categories, 'y'].join() + '\n');
  for (let row = 0; row < rows; row += 1) {
    const x = numbers.map(() => normal());
    const c = categories.map((_, at) => Math.floor(fraction() * (3 + at)));
    const score = x[0]! + 0.8 * x[1]! * x[2]! + (c[0] === 2 ? 1 : 0) - (c[1] === c[2] ? 0.7 : 0) + 0.4 * normal();
    const y = CLASSES[score < -0.5 ? 0 : score < 0.7 ? 1 : 2]!;
    const cells = [
      ...x.map((value, at) => (fraction() < 0.01 && at > 2 ? '' : value.toFixed(4))),
      ...c.map((code) => `v${code}`),
      y,
    ];
    if (!out.write(cells.join() + '\n')) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
}
