import { type Manifest, SignatureSchema } from '../../model/package/manifest.js';
import { TrainingError } from '../training-error.js';
import { isObject, type Json } from './keras-topology.js';

type Signature = Manifest['signature'];

/** What a number is where its signature does not say: taken as it is, without limits. */
const NUMBER = { minimum: null, maximum: null, integer: false, unit: null, normalisation: { mean: 0, std: 1 } };

/**
 * The signature in the text of `file`: features and classes as a manifest has them, of which only names and values must be
 * there, or a manifest or training file that has one. Refuses with a line a problem.
 */
export function parseSignature(file: string, text: string): Signature {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new TrainingError(`${file}: is not valid JSON: ${(cause as Error).message}`);
  }
  const whole = isObject(value) && isObject(value.signature) ? value.signature : value;
  return completeSignature(file, isObject(whole) ? whole : {});
}

/** The same from its parts; `from` says in messages where they are from. */
export function completeSignature(from: string, { kind, features, classes }: Json): Signature {
  const completed = {
    ...(kind === undefined ? {} : { kind }),
    features: Array.isArray(features) ? features.map(completeFeature) : features,
    classes: Array.isArray(classes) ? classes.map(completeClass) : classes,
  };
  const parsed = SignatureSchema.safeParse(completed);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => `${from}: ${issue.path.join('.') || 'signature'}: ${issue.message}`);
  throw new TrainingError(lines.join('\n'));
}

function completeFeature(feature: unknown): unknown {
  if (typeof feature === 'string') return completeFeature({ name: feature });
  if (!isObject(feature)) return feature;
  const { name, values, kind = values === undefined ? 'number' : 'categorical' } = feature;
  const base = {
    kind,
    description: `The column ${String(name)} that the model was trained on.`,
    sensitive: false,
    missing: { policy: 'refuse' },
  };
  if (kind === 'number') return { ...base, ...NUMBER, example: exampleOf(feature), ...feature };
  const example = Array.isArray(values) ? (values as unknown[])[0] : undefined;
  return { ...base, encoding: 'one-hot', example, ...feature };
}

/** The mean, within the limits. */
function exampleOf({ normalisation, minimum, maximum, integer }: Json): number {
  const mean = isObject(normalisation) && typeof normalisation.mean === 'number' ? normalisation.mean : 0;
  const low = typeof minimum === 'number' ? minimum : -Infinity;
  const high = typeof maximum === 'number' ? maximum : Infinity;
  return Math.min(Math.max(integer === true ? Math.round(mean) : mean, low), high);
}

function completeClass(one: unknown): unknown {
  if (typeof one === 'string') return { label: one, title: one };
  return isObject(one) ? { title: one.label, ...one } : one;
}

/** The signature that `model` was imported with, with what people say of it: its texts, limits, examples and titles. */
export function withEdits(model: Signature, edited: Signature): Signature {
  const faults = [...differences(model, edited)];
  if (faults.length > 0) {
    throw new TrainingError(
      `The signature does not fit the model: ${faults.join('; ')}. Names, kinds, values and labels are the model's own.`,
    );
  }
  return edited;
}

function* differences(model: Signature, edited: Signature): Generator<string> {
  const names = (signature: Signature) => signature.features.map(({ name }) => name).join(', ');
  if (names(model) !== names(edited)) {
    yield `its features are ${names(edited)}, the model's are ${names(model)}`;
    return;
  }
  for (const [place, feature] of model.features.entries()) {
    const other = edited.features[place]!;
    if (feature.kind !== other.kind) yield `"${feature.name}" is ${other.kind}, the model's is ${feature.kind}`;
    else if (feature.kind === 'categorical' && other.kind === 'categorical') {
      const same = feature.values.join('\0') === other.values.join('\0') && feature.encoding === other.encoding;
      const said = ({ values, encoding }: typeof feature) => `${values.join(', ')} (${encoding})`;
      if (!same) yield `"${feature.name}" has the values ${said(other)}, the model's has ${said(feature)}`;
    }
  }
  const labels = ({ classes }: Signature) => classes.map(({ label }) => label).join(', ');
  if (labels(model) !== labels(edited)) yield `its classes are ${labels(edited)}, the model's are ${labels(model)}`;
}
