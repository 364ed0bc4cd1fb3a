import { BYTES, isDigit } from './json-bytes.js';

const { DOT, LOWER_E, MINUS, PLUS, ZERO } = BYTES;

/** Up to here a double counts whole numbers without a gap. */
const EXACT_INTEGERS = 2 ** 53;
/** The powers of ten that a double holds exactly: with an exact integer, one operation rounds as JSON.parse does. */
const POWERS = Float64Array.from({ length: 23 }, (_, power) => Number(`1e${power}`));

/** Reads a number feature from the bytes of a body. */
export class NumberReader {
  /** `standardise` gives NaN for what is not accepted. */
  constructor(
    private readonly standardise: (value: number) => number,
    private readonly column: number,
  ) {}

  read(body: DataView, at: number, out: Float32Array, start: number): number {
    const negative = body.getUint8(at) === MINUS;
    let next = negative ? at + 1 : at;
    let byte = body.getUint8(next);
    if (!isDigit(byte)) return -1;

    let digits = 0;
    if (byte === ZERO) {
      byte = body.getUint8((next += 1));
    } else {
      for (; isDigit(byte); byte = body.getUint8((next += 1))) digits = digits * 10 + (byte - ZERO);
    }

    let power = 0;
    if (byte === DOT) {
      const point = next;
      for (byte = body.getUint8((next += 1)); isDigit(byte); byte = body.getUint8((next += 1))) {
        digits = digits * 10 + (byte - ZERO);
      }
      power = point + 1 - next;
      if (power === 0) return -1;
    }

    if ((byte | 0x20) === LOWER_E) {
      const sign = body.getUint8((next += 1));
      if (sign === PLUS || sign === MINUS) next += 1;
      const first = next;
      let exponent = 0;
      for (byte = body.getUint8(next); isDigit(byte); byte = body.getUint8((next += 1))) {
        exponent = exponent * 10 + (byte - ZERO);
      }
      if (next === first) return -1;
      power += sign === MINUS ? -exponent : exponent;
    }

    const size = digits < EXACT_INTEGERS ? scale(digits, power) : NaN;
    const value = Number.isNaN(size) ? parse(body, at, next) : negative ? -size : size;
    const standardised = this.standardise(value);
    if (Number.isNaN(standardised)) return -1;
    out[start + this.column] = standardised;
    return next;
  }
}

/** `digits` times ten to the `power`, or NaN where one operation does not round as JSON.parse does. */
function scale(digits: number, power: number): number {
  if (power === 0) return digits;
  if (power < 0) return power >= -22 ? digits / POWERS[-power]! : NaN;
  return power <= 22 ? digits * POWERS[power]! : NaN;
}

function parse(body: DataView, from: number, to: number): number {
  return Number(Buffer.from(body.buffer, body.byteOffset + from, to - from).toString('latin1'));
}
