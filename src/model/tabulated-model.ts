import type { OpenModel } from '../core/ports/inference-backend.js';
import type { RowBatch } from '../core/row-batch.js';
import type { Signature } from '../core/signature.js';
import { inputAt } from '../encoding/finite-inputs.js';
import { RowEncoder } from '../encoding/row-encoder.js';

/**
 * A model of a finite signature, worked out for all of its `inputs` in advance: takes rows in the `index` layout and looks
 * the answers up. They are the very numbers that `model` gave, which is no longer needed afterwards.
 */
export async function tabulate(
  model: OpenModel,
  signature: Signature,
  inputs: number,
  maxRows: number,
): Promise<OpenModel> {
  const encoder = new RowEncoder(signature);
  const parts: Float32Array[] = [];
  for (let from = 0; from < inputs; from += maxRows) {
    const rows = Array.from({ length: Math.min(maxRows, inputs - from) }, (_, row) => inputAt(signature, from + row));
    const batch = encoder.encode(rows);
    if (batch === undefined) throw new Error('The encoder refused an input of its own signature. This is a bug.');
    parts.push(await model.run(batch));
  }
  return lookUp(concatenate(parts), inputs);
}

function concatenate(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => {
    whole.set(part, at);
    return at + part.length;
  }, 0);
  return whole;
}

function lookUp(table: Float32Array, inputs: number): OpenModel {
  const width = table.length / inputs;
  return {
    inputWidth: 1,
    outputWidth: width,
    parallelism: 1,
    placement: 'inline',
    run: ({ data, rows }: RowBatch) => {
      const answers = new Float32Array(rows * width);
      for (let row = 0; row < rows; row += 1) {
        const start = data[row]! * width;
        for (let column = 0; column < width; column += 1) answers[row * width + column] = table[start + column]!;
      }
      return Promise.resolve(answers);
    },
    close: () => undefined,
  };
}
