import { randomBytes } from 'node:crypto';

/** Names the prediction that an answer over HTTP holds. */
export const PREDICTION_ID_HEADER = 'x-prediction-id';

/** Most ids of one millisecond that this process can tell apart; after them it takes those of the next. */
const COUNTER = 0x1000;

/** `-<variant and 62 random bits>`, of this process alone. */
const TAIL = tailOf(randomBytes(8));

let milliseconds = 0;
let counter = 0;
let head = '';

/**
 * A name for one prediction, which no other of any process ever has: a UUID of version 7 (RFC 9562) whose counter counts within
 * the millisecond (section 6.2, method 1) and whose random bits are drawn once a process, since drawing costs more than the
 * rest. So it sorts by time, and its neighbours can be guessed: it is a name and no secret, and feedback asks whose it is.
 */
export function newPredictionId(now = Date.now()): string {
  if (now > milliseconds) begin(now);
  else if (counter + 1 < COUNTER) counter += 1;
  else begin(milliseconds + 1);
  return head + (0x7000 + counter).toString(16) + TAIL;
}

function begin(time: number): void {
  milliseconds = time;
  counter = 0;
  const digits = time.toString(16).padStart(12, '0');
  head = `${digits.slice(0, 8)}-${digits.slice(8)}-`;
}

function tailOf(bytes: Buffer): string {
  bytes[0] = (bytes[0]! & 0x3f) | 0x80;
  const digits = bytes.toString('hex');
  return `-${digits.slice(0, 4)}-${digits.slice(4)}`;
}

/** One row of a prediction, as feedback names it. */
export interface RowId {
  readonly prediction: string;
  /** Its place in the request. */
  readonly row: number;
}

const ROW_ID = /^([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})(?:\/(0|[1-9]\d{0,8}))?$/;

/** Reads `<id>/<row>`; `<id>` alone names its first row. Undefined for anything else. */
export function readRowId(text: string): RowId | undefined {
  const [, prediction, row = '0'] = ROW_ID.exec(text) ?? [];
  return prediction === undefined ? undefined : { prediction, row: Number(row) };
}

/** When the prediction was made, in milliseconds since 1970. */
export function timeOfPrediction(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}
