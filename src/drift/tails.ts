/** Below this a term changes nothing. */
const NEGLIGIBLE = 1e-16;
const MOST_TERMS = 10_000;

/**
 * Probability that a chi-square variable with `degrees` degrees of freedom exceeds `value`: the regularised upper incomplete gamma
 * function Q(degrees/2, value/2), by its series (DLMF 8.7.1) or its continued fraction (DLMF 8.9.2, Lentz's algorithm).
 */
export function chiSquareTail(value: number, degrees: number): number {
  if (!(value > 0)) return 1;
  const [a, x] = [degrees / 2, value / 2];
  const scale = Math.exp(a * Math.log(x) - x - logGamma(degrees));
  return x < a + 1 ? Math.max(0, 1 - scale * lowerSeries(a, x)) : scale * upperFraction(a, x);
}

/** Probability that Kolmogorov's limiting variable exceeds `value`, by the one of its two series that converges faster there. */
export function kolmogorovTail(value: number): number {
  if (!(value > 0)) return 1;
  let sum = 0;
  if (value < 1.18) {
    const rate = Math.PI ** 2 / (8 * value ** 2);
    for (let odd = 1; odd <= 9; odd += 2) sum += Math.exp(-(odd ** 2) * rate);
    return Math.min(1, Math.max(0, 1 - (Math.sqrt(2 * Math.PI) / value) * sum));
  }
  for (let k = 1; k <= 6; k += 1) sum += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * k ** 2 * value ** 2);
  return Math.min(1, Math.max(0, sum));
}

/** Logarithm of gamma(`halves` / 2). */
function logGamma(halves: number): number {
  let sum = halves % 2 === 0 ? 0 : Math.log(Math.PI) / 2;
  for (let half = halves - 2; half > 0; half -= 2) sum += Math.log(half / 2);
  return sum;
}

function lowerSeries(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; n < MOST_TERMS && term > sum * NEGLIGIBLE; n += 1) {
    term *= x / (a + n);
    sum += term;
  }
  return sum;
}

function upperFraction(a: number, x: number): number {
  const tiny = Number.MIN_VALUE / Number.EPSILON;
  let b = x + 1 - a;
  let c = 1 / tiny;
  let d = 1 / b;
  let fraction = d;
  for (let n = 1; n < MOST_TERMS; n += 1) {
    const numerator = -n * (n - a);
    b += 2;
    d = 1 / nonZero(numerator * d + b, tiny);
    c = nonZero(b + numerator / c, tiny);
    fraction *= c * d;
    if (Math.abs(c * d - 1) < NEGLIGIBLE * 10) break;
  }
  return fraction;
}

function nonZero(value: number, tiny: number): number {
  return Math.abs(value) < tiny ? tiny : value;
}
