import { MILLION } from '../../../core/decimals.js';
import type { Prediction } from '../../../core/prediction.js';
import { JsonText } from '../../../http/json-reply.js';
import { serverTiming } from '../../server-timing.js';
import type { SiftedRows } from './sifted-rows.js';

/**
 * The answer to a request with `"partial": true`: that of any request, with null in the place of each refused row and, under
 * `errors`, what is wrong with it. Written plainly: a client that sends bad rows is not in a hurry.
 */
export function encodePartial(prediction: Prediction, { positions, refused }: SiftedRows): JsonText {
  const { id, model, version, winners } = prediction;
  const length = positions.length + refused.length;
  const predictions = new Array<number | null>(length).fill(null);
  const results = new Array<object | null>(length).fill(null);
  positions.forEach((place, row) => {
    predictions[place] = winners[row]!;
    results[place] = resultOf(prediction, row);
  });
  const errors = refused.length === 0 ? null : refused;
  const text = JSON.stringify({ errors, version, predictions, model, id, results });
  return new JsonText(text, serverTiming(prediction), id);
}

function resultOf({ classes, winners, probabilities }: Prediction, row: number): object {
  const winner = winners[row]!;
  const ofClass = (column: number) => Math.round(probabilities[row * classes.length + column]! * MILLION) / MILLION;
  return {
    class: winner,
    label: classes[winner]!.label,
    probability: ofClass(winner),
    probabilities: Object.fromEntries(classes.map(({ label }, column) => [label, ofClass(column)])),
  };
}
