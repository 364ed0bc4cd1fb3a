import { halvesOf, type Part, partOf } from './halves.js';
import { mean, sampleDeviation } from './metrics.js';

/** A held-out row that the model is certain of counts as if it were this sure. */
const LEAST_PROBABILITY = 1e-7;
const [COLDEST, WARMEST] = [0.5, 8];
const STEPS = 40;

/**
 * The temperature by `fitTemperature`, or 1 where it does not help: each half of the rows is judged by its log-loss at the
 * temperature of the other half, and what is gained has to be more than its standard error. So no temperature is judged on
 * rows that it was fitted on, and none is taken by chance.
 *
 * @param labels true class index of each row; none of them was trained on.
 * @param probabilities shape [rows, classes], row-major, of a softmax at temperature 1.
 */
export function helpfulTemperature(labels: readonly number[], probabilities: Float32Array): number {
  const halves = halvesOf(labels).map((rows) => partOf(rows, labels, probabilities));
  const [left, right] = halves as [Part, Part];
  const gains = [...gainsAt(temperatureOf(right), left), ...gainsAt(temperatureOf(left), right)];
  const gained = mean(gains);
  const helps = gained > sampleDeviation(gains) / Math.sqrt(gains.length);
  return helps ? fitTemperature(labels, probabilities) : 1;
}

function temperatureOf({ labels, probabilities }: Part): number {
  return labels.length === 0 ? 1 : fitTemperature(labels, probabilities);
}

/** How much smaller the log-loss of each row gets. */
function gainsAt(temperature: number, { labels, probabilities }: Part): number[] {
  const classes = probabilities.length / labels.length;
  const scores = scoresOf(probabilities);
  return labels.map((label, row) => {
    const own = scores.subarray(row * classes, (row + 1) * classes);
    return logLossAt(1, own, label) - logLossAt(temperature, own, label);
  });
}

function logLossAt(temperature: number, scores: Float64Array, label: number): number {
  const total = scores.reduce((sum, score) => sum + Math.exp(score / temperature), 0);
  return Math.log(total) - scores[label]! / temperature;
}

function scoresOf(probabilities: Float32Array): Float64Array {
  return Float64Array.from(probabilities, (value) => Math.log(Math.max(value, LEAST_PROBABILITY)));
}

/**
 * The temperature at which `probabilities` have the smallest log-loss: Guo et al., "On Calibration of Modern Neural
 * Networks", 2017, https://arxiv.org/abs/1706.04599. Golden-section search on its logarithm, as the loss is convex in
 * 1 / T.
 *
 * The truth counts as (n + 1) / (n + 2) of n rows, as in Platt's scaling: without that, a few rows that are all answered
 * correctly would make the model as sure as it can be.
 *
 * @param labels true class index of each row; none of them was trained on.
 * @param probabilities shape [rows, classes], row-major, of a softmax at temperature 1.
 */
export function fitTemperature(labels: readonly number[], probabilities: Float32Array): number {
  const scores = scoresOf(probabilities);
  const golden = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [Math.log(COLDEST), Math.log(WARMEST)];
  for (let step = 0; step < STEPS; step += 1) {
    const [left, right] = [high - golden * (high - low), low + golden * (high - low)];
    if (lossAt(Math.exp(left), labels, scores) < lossAt(Math.exp(right), labels, scores)) high = right;
    else low = left;
  }
  return Number(Math.exp((low + high) / 2).toFixed(4));
}

function lossAt(temperature: number, labels: readonly number[], scores: Float64Array): number {
  const classes = scores.length / labels.length;
  const rest = 1 / (labels.length + 2) / (classes - 1);
  const truth = 1 - 1 / (labels.length + 2);
  let loss = 0;
  labels.forEach((label, row) => {
    let total = 0;
    for (let place = row * classes; place < (row + 1) * classes; place += 1) {
      const score = scores[place]! / temperature;
      total += Math.exp(score);
      loss -= (place === row * classes + label ? truth : rest) * score;
    }
    loss += Math.log(total);
  });
  return loss;
}

/** What a softmax at temperature 1 would have answered at another: shape [rows, classes], as `probabilities`. */
export function softened(probabilities: Float32Array, classes: number, temperature: number): Float32Array {
  if (temperature === 1) return probabilities;
  const powers = scoresOf(probabilities).map((score) => Math.exp(score / temperature));
  return Float32Array.from(powers, (power, place) => {
    const start = place - (place % classes);
    return power / powers.subarray(start, start + classes).reduce((sum, other) => sum + other, 0);
  });
}
