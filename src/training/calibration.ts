import { type Decide, winnersOf } from '../core/winners.js';
import type { Calibration } from '../model/package/manifest.js';

/** Of equal width, over the confidence from 0 to 1. */
const BINS = 10;

/** Predictions of about the same confidence. */
export type ReliabilityBin = Calibration['reliability'][number];

/**
 * How far the confidence of the winning class can be taken at its word: Guo et al., "On Calibration of Modern Neural
 * Networks", 2017, https://arxiv.org/abs/1706.04599, with ten bins of equal width.
 *
 * @param labels true class index of each row; none of them was trained on, nor used to choose `temperature`.
 * @param probabilities shape [rows, classes], row-major, as the model gives them: `temperature` is in them already.
 * @param decide which class is answered: it is that one's probability that is taken at its word.
 */
export function calibrationOf(
  labels: readonly number[],
  probabilities: Float32Array,
  temperature: number,
  decide: Decide = winnersOf,
): Calibration {
  const reliability = reliabilityOf(labels, probabilities, decide);
  const distance = reliability.reduce(
    (sum, { rows, accuracy, confidence }) => sum + rows * Math.abs(accuracy - confidence),
    0,
  );
  return { expectedCalibrationError: distance / labels.length, reliability, temperature };
}

function reliabilityOf(labels: readonly number[], probabilities: Float32Array, decide: Decide): ReliabilityBin[] {
  const confidences = confidencesOf(probabilities, labels.length, decide);
  const winners = decide(probabilities, labels.length);
  const bins = Array.from({ length: BINS }, () => ({ rows: 0, confidence: 0, hits: 0 }));
  labels.forEach((label, row) => {
    const confidence = confidences[row]!;
    const bin = bins[Math.min(BINS - 1, Math.floor(confidence * BINS))]!;
    bin.rows += 1;
    bin.confidence += confidence;
    if (winners[row] === label) bin.hits += 1;
  });
  return bins
    .filter(({ rows }) => rows > 0)
    .map(({ rows, confidence, hits }) => ({ rows, confidence: confidence / rows, accuracy: hits / rows }));
}

/** The probability of each row's winning class. A softmax may exceed 1 by the last bit of a float32. */
export function confidencesOf(probabilities: Float32Array, rows: number, decide: Decide = winnersOf): Float64Array {
  const classes = probabilities.length / rows;
  const winners = decide(probabilities, rows);
  return Float64Array.from({ length: rows }, (_, row) => Math.min(1, probabilities[row * classes + winners[row]!]!));
}
