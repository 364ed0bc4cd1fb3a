import { BufferPool } from '../../../core/buffer-pool.js';
import { MILLION, stampMillionths } from '../../../core/decimals.js';
import type { Prediction } from '../../../core/prediction.js';
import type { ClassLabel } from '../../../core/signature.js';
import { serverTiming } from '../../server-timing.js';
import { JsonBytes, type JsonReply, JsonText } from '../../../http/json-reply.js';

/** The text of one row's result with zeros for its numbers, which all have the same width. */
interface Template {
  readonly bytes: Uint8Array;
  /** Where the probability of the class that won is written. */
  readonly winner: number;
  /** Where the probability of each class is written. */
  readonly columns: readonly number[];
}

/** A template per class that may win. They depend on the classes alone. */
interface Templates {
  readonly byWinner: readonly Template[];
  /** Bytes of the longest one. */
  readonly longest: number;
  readonly ascii: boolean;
}

const ZERO = '0.000000';
const TAIL = ']}';
const COMMA = 0x2c;

const templatesByClasses = new WeakMap<readonly ClassLabel[], Templates>();

function templatesOf(classes: readonly ClassLabel[]): Templates {
  let templates = templatesByClasses.get(classes);
  if (templates === undefined) {
    const byWinner = classes.map((_, winner) => templateOf(classes, winner));
    const longest = Math.max(...byWinner.map(({ bytes }) => bytes.length));
    const ascii = byWinner.every(({ bytes }) => bytes.every((byte) => byte < 0x80));
    templates = { byWinner, longest, ascii };
    templatesByClasses.set(classes, templates);
  }
  return templates;
}

function templateOf(classes: readonly ClassLabel[], winner: number): Template {
  const labels = classes.map(({ label }) => JSON.stringify(label));
  let text = `{"class":${winner},"label":${labels[winner]!},"probability":`;
  const places = [Buffer.byteLength(text)];
  text += `${ZERO},"probabilities":{`;
  labels.forEach((label, index) => {
    text += `${index === 0 ? '' : ','}${label}:`;
    places.push(Buffer.byteLength(text));
    text += ZERO;
  });
  const [first, ...columns] = places;
  return { bytes: Buffer.from(`${text}}}`), winner: first!, columns };
}

/** Up to this many bytes an answer goes out as text: its head and body then leave in one piece. */
const LARGEST_TEXT = 16_384;

const buffers = new BufferPool();

/**
 * The answer of the native API, a superset of the seed article's:
 * `{"errors":null,"version","predictions":[class],"model","id","results":[{"class","label","probability","probabilities":{}}]}`,
 * probabilities with six decimals. Each row is a copy of its class's template with the numbers stamped in: writing is most
 * of the work on a large answer.
 */
export function encodeRest(prediction: Prediction): JsonReply {
  const { id, model, version, classes, winners } = prediction;
  const templates = templatesOf(classes);
  const about = `"version":${JSON.stringify(version)},"predictions":[${winners.join()}],"model":${JSON.stringify(model)}`;
  const head = `{"errors":null,${about},"id":"${id}","results":[`;
  const out = buffers.take(head.length + winners.length * (templates.longest + 1) + TAIL.length);
  const start = out.write(head, 'latin1');
  const end = writeResults(out, start, templates, prediction);
  const length = end + out.write(TAIL, end, 'latin1');
  if (length > LARGEST_TEXT) {
    const release = () => {
      buffers.give(out);
    };
    return new JsonBytes(out.subarray(0, length), release, serverTiming(prediction), id);
  }
  const text = out.toString(templates.ascii ? 'latin1' : 'utf8', 0, length);
  buffers.give(out);
  return new JsonText(text, serverTiming(prediction), id, length);
}

/** Returns where the results end. */
function writeResults(
  out: Buffer,
  from: number,
  { byWinner }: Templates,
  { classes, winners, probabilities }: Prediction,
): number {
  const width = classes.length;
  let at = from;
  for (let row = 0; row < winners.length; row += 1) {
    const winner = winners[row]!;
    const { bytes, winner: place, columns } = byWinner[winner]!;
    const start = row * width;
    if (row > 0) {
      out[at] = COMMA;
      at += 1;
    }
    out.set(bytes, at);
    stampMillionths(out, at + place, Math.round(probabilities[start + winner]! * MILLION));
    for (let column = 0; column < width; column += 1) {
      stampMillionths(out, at + columns[column]!, Math.round(probabilities[start + column]! * MILLION));
    }
    at += bytes.length;
  }
  return at;
}
