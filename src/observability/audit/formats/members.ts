import type { PredictionEvent } from '../../../core/prediction.js';
import { isPublic, redact } from '../../../core/redaction.js';
import { currentCaller, currentTrace, traceparentOf } from '../../../core/request-scope.js';
import type { ClassLabel, Row } from '../../../core/signature.js';
import type { LinePart } from '../../line-buffer.js';

/** Models whose constant members are kept. */
const MOST_MODELS = 64;

/** Something about each package that is the same in all of its lines; the digest tells packages apart. */
export function perPackage<T>(make: (model: string, version: string, digest: string) => T) {
  const known = new Map<string, T>();
  return (model: string, version: string, digest: string): T => {
    let members = known.get(digest);
    if (members === undefined) {
      // Packages come and go for as long as the service runs.
      if (known.size >= MOST_MODELS) known.clear();
      members = make(model, version, digest);
      known.set(digest, members);
    }
    return members;
  };
}

/**
 * Where the request stands in its trace, and who asks, as extension attributes with a comma behind each; nothing where there is
 * neither. https://github.com/cloudevents/spec/blob/main/cloudevents/extensions/distributed-tracing.md
 */
export function scopeAttributes(): string {
  const trace = currentTrace();
  const caller = currentCaller();
  return (
    (trace === undefined ? '' : `"traceparent":"${traceparentOf(trace)}",`) +
    (caller === undefined ? '' : `"clientid":${JSON.stringify(caller.id)},`)
  );
}

/** The labels of the winning classes, as the inside of a JSON array. */
export function winnersText({ prediction: { classes, winners } }: Pick<PredictionEvent, 'prediction'>): string {
  const labels = labelsOf(classes);
  let text = '';
  for (const winner of winners) text += text === '' ? labels[winner]! : `,${labels[winner]!}`;
  return text;
}

/** The inputs as the client wrote them, or written anew where something must be covered. */
export function inputsOf({ signature, inputs }: PredictionEvent): LinePart {
  // The encoder has accepted them, so they are rows.
  return isPublic(signature) ? inputs.json() : JSON.stringify(redact(signature, inputs.rows() as readonly Row[]));
}

/**
 * The place of each row in its request, with a comma before it, where bad rows were left out of a partial one: the names of
 * rows count those too.
 */
export function positionsMember({ inputs: { positions } }: PredictionEvent): string {
  return positions === undefined ? '' : `,"positions":[${positions.join()}]`;
}

/** To the microsecond. */
export function milliseconds(duration: number): number {
  return Math.round(duration * 1_000) / 1_000;
}

const lastTime = { milliseconds: NaN, text: '' };

/** Many lines are of the same millisecond. */
export function isoTime(time: Date): string {
  const now = time.getTime();
  if (now !== lastTime.milliseconds) {
    lastTime.milliseconds = now;
    lastTime.text = time.toISOString();
  }
  return lastTime.text;
}

const labelsByClasses = new WeakMap<readonly ClassLabel[], readonly string[]>();

/** The labels as JSON strings. */
function labelsOf(classes: readonly ClassLabel[]): readonly string[] {
  let labels = labelsByClasses.get(classes);
  if (labels === undefined) {
    labels = classes.map(({ label }) => JSON.stringify(label));
    labelsByClasses.set(classes, labels);
  }
  return labels;
}
