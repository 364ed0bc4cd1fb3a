import { sixDecimals } from '../../../core/decimals.js';
import type { Prediction } from '../../../core/prediction.js';
import type { ClassLabel } from '../../../core/signature.js';
import { JsonText } from '../../../http/json-text.js';

/** The constant parts of an answer's text. They depend on the classes alone. */
interface ClassTexts {
  /** By class: up to the probability of the class that won. */
  readonly opening: readonly string[];
  /** By class: between that number, or the one before, and the number of this class. */
  readonly before: readonly string[];
}

const textsByClasses = new WeakMap<readonly ClassLabel[], ClassTexts>();

function textsOf(classes: readonly ClassLabel[]): ClassTexts {
  let texts = textsByClasses.get(classes);
  if (texts === undefined) {
    const labels = classes.map(({ label }) => JSON.stringify(label));
    texts = {
      opening: labels.map((label, index) => `{"class":${index},"label":${label},"probability":`),
      before: labels.map((label, index) => `${index === 0 ? ',"probabilities":{' : ','}${label}:`),
    };
    textsByClasses.set(classes, texts);
  }
  return texts;
}

/**
 * The answer of the native API, a superset of the seed article's:
 * `{"errors":null,"version","predictions":[class],"model","results":[{"class","label","probability","probabilities":{}}]}`,
 * probabilities to six decimals. Written as text, since turning it into objects first would take three times as long.
 */
export function encodeRest({ model, version, classes, winners, probabilities }: Prediction): JsonText {
  const { opening, before } = textsOf(classes);
  const width = classes.length;
  let results = '';
  for (let row = 0; row < winners.length; row += 1) {
    const start = row * width;
    const winner = winners[row]!;
    results += row === 0 ? opening[winner]! : `,${opening[winner]!}`;
    results += sixDecimals(probabilities[start + winner]!);
    for (let column = 0; column < width; column += 1) {
      results += before[column]! + sixDecimals(probabilities[start + column]!);
    }
    results += '}}';
  }
  const head = `{"errors":null,"version":${JSON.stringify(version)},"predictions":[${winners.join()}],"model":`;
  return new JsonText(`${head}${JSON.stringify(model)},"results":[${results}]}`);
}
