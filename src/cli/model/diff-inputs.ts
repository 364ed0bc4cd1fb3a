import type { Readable } from 'node:stream';
import type { Signature } from '../../core/signature.js';
import { countInputs, inputAt } from '../../encoding/finite-inputs.js';
import { RowEncoder } from '../../encoding/row-encoder.js';
import type { TabularPackage } from '../../model/package/reader.js';
import { readRows, type RowFile } from '../rows/row-file.js';
import { type RefusedRow, sift, type Sifted } from '../rows/sift.js';

/** The inputs that two models are compared on, in groups; every one of them is accepted by the signature. */
export interface Inputs {
  readonly kind: 'all' | 'golden' | 'data';
  readonly groups: Iterable<readonly unknown[]> | AsyncIterable<readonly unknown[]>;
}

/** Every input that the signature allows; undefined when there is no end of them. */
export function allInputs(signature: Signature, size: number): Inputs | undefined {
  const count = countInputs(signature);
  if (count === null) return undefined;
  return { kind: 'all', groups: everyInput(signature, count, size) };
}

/** The golden inputs of both packages, each once. */
export function goldenInputs(packages: readonly TabularPackage[]): Inputs {
  const records = packages.flatMap(({ golden }) => golden.records.map(({ input }) => input));
  const rows = [...new Map(records.map((input) => [JSON.stringify(input), input])).values()];
  return { kind: 'golden', groups: [rows] };
}

/** The rows of a file; those that the signature refuses go to `refuse`. */
export async function fileInputs(
  file: RowFile,
  signature: Signature,
  size: number,
  stdin: Readable,
  refuse: (row: RefusedRow) => void,
): Promise<Inputs> {
  const groups = sift(await readRows(file, signature, stdin), signature, new RowEncoder(signature), size);
  return { kind: 'data', groups: acceptedOf(groups, refuse) };
}

function* everyInput(signature: Signature, count: number, size: number): Generator<readonly unknown[]> {
  for (let from = 0; from < count; from += size) {
    yield Array.from({ length: Math.min(size, count - from) }, (_, place) => inputAt(signature, from + place));
  }
}

async function* acceptedOf(
  groups: AsyncIterable<Sifted>,
  refuse: (row: RefusedRow) => void,
): AsyncGenerator<readonly unknown[]> {
  for await (const { accepted, refused } of groups) {
    refused.forEach(refuse);
    if (accepted.length > 0) yield accepted.map(({ row }) => row);
  }
}
