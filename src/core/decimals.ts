/** `000` to `999`. */
const GROUPS = Array.from({ length: 1_000 }, (_, number) => String(number).padStart(3, '0'));

/**
 * A probability as a JSON number rounded to six decimals: `0`, `1` or `0.dddddd`. Made of two table look-ups, since
 * writing numbers is what a large answer mostly does.
 *
 * @param value from 0 to 1; what lies outside, by a rounding error, is taken for the nearer end.
 */
export function sixDecimals(value: number): string {
  const millionths = Math.round(value * 1e6);
  if (millionths >= 1e6) return '1';
  if (millionths <= 0) return '0';
  const high = (millionths / 1_000) | 0;
  return `0.${GROUPS[high]!}${GROUPS[millionths - high * 1_000]!}`;
}
