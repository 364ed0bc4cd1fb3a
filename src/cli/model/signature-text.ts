import type { Feature, Signature, TensorSignature } from '../../core/signature.js';
import { showShape, type TensorSpec } from '../../core/tensor.js';

/** Values to list of a category; the others are counted. */
const MOST_VALUES = 12;

/** The features, a line each. */
export function featuresText({ features }: Signature): string {
  const width = Math.max(...features.map(({ name }) => name.length));
  const lines = features.map((feature) => `  ${feature.name.padEnd(width)}  ${acceptedText(feature)}`);
  return ['features', ...lines].join('\n');
}

/** The classes, in the order of the model's outputs. */
export function classesText({ classes }: Signature): string {
  const lines = classes.map(({ label, title }, index) => `  ${index}  ${label}${title === label ? '' : ` (${title})`}`);
  return ['classes', ...lines].join('\n');
}

/** The functions of a tensor model, with the tensors that each takes and gives. */
export function functionsText({ functions }: TensorSignature): string {
  const lines = Object.entries(functions).flatMap(([name, { method, inputs, outputs }]) => [
    `${name} (${method})`,
    ...inputs.map((tensor) => `  takes  ${tensorText(tensor)}`),
    ...outputs.map((tensor) => `  gives  ${tensorText(tensor)}`),
  ]);
  return ['functions', ...lines.map((line) => `  ${line}`)].join('\n');
}

function tensorText({ name, datatype, shape }: TensorSpec): string {
  return `${name}  ${datatype} ${shape === null ? 'of any shape' : showShape(shape)}`;
}

function acceptedText(feature: Feature): string {
  const { missing, sensitive } = feature;
  return [
    feature.kind === 'number' ? rangeText(feature) : `${valuesText(feature.values)} (${feature.encoding})`,
    ...(missing.policy === 'refuse' ? [] : [`${JSON.stringify(missing.value)} when missing`]),
    ...(sensitive ? ['sensitive'] : []),
  ].join(', ');
}

function valuesText(values: readonly string[]): string {
  const shown = values.slice(0, MOST_VALUES).join(' | ');
  return values.length > MOST_VALUES ? `${shown} and ${values.length - MOST_VALUES} more` : shown;
}

function rangeText({ integer, minimum, maximum, unit }: Extract<Feature, { kind: 'number' }>): string {
  const bounds = [
    ...(minimum === null ? [] : [`from ${minimum}`]),
    ...(maximum === null ? [] : [`to ${maximum}`]),
    ...(unit === null ? [] : [unit]),
  ];
  return [integer ? 'whole number' : 'number', ...bounds].join(' ');
}
