import { TensornestError } from '../core/errors.js';
import type { OpenModel } from '../core/ports/inference-backend.js';
import type { RowEncoder } from '../encoding/row-encoder.js';
import { GOLDEN_FILE, type GoldenRecords } from './package/manifest.js';

/** Largest accepted difference of one probability between training and serving, on any backend. */
export const GOLDEN_TOLERANCE = 1e-4;

/** Rejects unless `model` gives the recorded probabilities for the recorded inputs. */
export async function checkGolden(model: OpenModel, encoder: RowEncoder, { records }: GoldenRecords): Promise<void> {
  const batch = encoder.encode(records.map(({ input }) => input));
  if (batch === undefined) {
    throw new TensornestError('golden-invalid', `${GOLDEN_FILE}: the signature refuses one of its inputs.`);
  }
  const answers = await model.run(batch);
  const expected = records.flatMap(({ probabilities }) => probabilities);
  // NOTE: written so that a NaN among the answers counts as a difference.
  const wrong = expected.findIndex((value, index) => !(Math.abs(value - (answers[index] ?? NaN)) <= GOLDEN_TOLERANCE));
  if (wrong !== -1 || answers.length !== expected.length) {
    const record = Math.floor(wrong / (expected.length / records.length));
    throw new TensornestError(
      'golden-mismatch',
      `${GOLDEN_FILE}: the model does not reproduce record ${record}: ${answers[wrong]} instead of ${expected[wrong]}.`,
    );
  }
}
