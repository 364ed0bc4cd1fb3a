export const MILLION = 1_000_000;

const ZERO_DIGIT = 0x30;

/** The digits of `000` to `999`, three bytes each. */
const GROUPS = Uint8Array.from({ length: 3_000 }, (_, index) => {
  const digits = String(Math.floor(index / 3)).padStart(3, '0');
  return digits.charCodeAt(index % 3);
});

/** What follows the whole part of a number of thousandths, as JavaScript writes it: nothing, `.5`, `.014`. */
const FRACTIONS = Array.from({ length: 1_000 }, (_, thousandths) => String(thousandths / 1_000).slice(1));

/**
 * The text of a number that is not negative, to three decimals: `0.4`, `12`, `0.014`. A request tells half a dozen durations,
 * and JavaScript takes as long to find the shortest digits of a fraction as all else that is told of it.
 */
export function thousandths(value: number): string {
  const all = Math.round(value * 1_000);
  const whole = Math.floor(all / 1_000);
  return String(whole) + FRACTIONS[all - 1_000 * whole]!;
}

/**
 * Writes `millionths` (0 to 1,000,000) over the eight bytes of a `0.000000` that stands at `place`, as a decimal fraction.
 * What lies outside, by a rounding error, is taken for the nearer end.
 */
export function stampMillionths(out: Uint8Array, place: number, millionths: number): void {
  // Most probabilities of a good classifier are 0 or 1.
  if (millionths <= 0) return;
  if (millionths >= MILLION) {
    out[place] = ZERO_DIGIT + 1;
    return;
  }
  const high = (millionths / 1_000) | 0;
  const low = 3 * (millionths - 1_000 * high);
  const upper = 3 * high;
  out[place + 2] = GROUPS[upper]!;
  out[place + 3] = GROUPS[upper + 1]!;
  out[place + 4] = GROUPS[upper + 2]!;
  out[place + 5] = GROUPS[low]!;
  out[place + 6] = GROUPS[low + 1]!;
  out[place + 7] = GROUPS[low + 2]!;
}
