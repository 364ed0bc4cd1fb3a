/** `value` as printf's `%.<precision>g` writes it. */
function general(value: number, precision: number): string {
  const [mantissa = '', power = '0'] = value.toExponential(precision - 1).split('e');
  const exponent = Number(power);
  if (exponent >= -4 && exponent < precision) return trim(value.toFixed(precision - 1 - exponent));
  const digits = String(Math.abs(exponent)).padStart(2, '0');
  return `${trim(mantissa)}e${exponent < 0 ? '-' : '+'}${digits}`;
}

function trim(decimal: string): string {
  if (!decimal.includes('.')) return decimal;
  let end = decimal.length;
  while (decimal[end - 1] === '0') end -= 1;
  return decimal.slice(0, decimal[end - 1] === '.' ? end - 1 : end);
}

/**
 * A floating-point number as TensorFlow Serving writes it: six digits where they mean the same number, else as many as
 * its type can need (9 for float, 17 for double); whole numbers with `.0`; `NaN`, `Infinity` and `-Infinity` as they are.
 */
export function writeFloat(value: number, type: 'float' | 'double' = 'float'): string {
  if (!Number.isFinite(value)) return String(value);
  const short = Object.is(value, -0) ? '-0' : general(value, 6);
  const back = type === 'float' ? Math.fround(Number(short)) : Number(short);
  const text = back === value ? short : general(value, type === 'float' ? 9 : 17);
  return /[.e]/.test(text) ? text : `${text}.0`;
}
