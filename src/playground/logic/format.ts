const PERCENT = new Intl.NumberFormat('en', { style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 });
const NUMBER = new Intl.NumberFormat('en', { maximumSignificantDigits: 5 });
const POINTS = new Intl.NumberFormat('en', {
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
  signDisplay: 'exceptZero',
});

/** `0.934` as `93.4%`; what is not quite nothing, or not quite all, does not look as if it were. */
export function percent(share: number): string {
  if (share > 0 && share < 0.0005) return '<0.1%';
  if (share < 1 && share >= 0.9995) return '>99.9%';
  return PERCENT.format(share);
}

/** A difference of two probabilities, `0.25` as `+25.0`: percentage points. */
export const points = (difference: number): string => POINTS.format(100 * difference);

export const number = (value: number): string => NUMBER.format(value);

export const milliseconds = (duration: number): string =>
  duration < 0.01 ? '<0.01 ms' : `${duration < 10 ? duration.toFixed(2) : duration.toFixed(0)} ms`;

/** `beak_length_mm` as `Beak length mm`, or as `Beak length` where the unit is told beside it. */
export function words(name: string, unit: string | null = null): string {
  const bare =
    unit !== null && name.toLowerCase().endsWith(`_${unit.toLowerCase()}`) ? name.slice(0, -unit.length) : name;
  const spaced = bare.replaceAll(/[_-]+/g, ' ').trim();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

export function bytes(size: number): string {
  return size < 1024 ? `${size} B` : `${(size / 1024).toFixed(1)} KiB`;
}
