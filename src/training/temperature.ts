/** A held-out row that the model is certain of counts as if it were this sure. */
const LEAST_PROBABILITY = 1e-7;
const [COLDEST, WARMEST] = [0.5, 8];
const STEPS = 40;

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
  const scores = Float64Array.from(probabilities, (value) => Math.log(Math.max(value, LEAST_PROBABILITY)));
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
