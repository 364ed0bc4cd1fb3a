import { pointerStep } from '../../../core/json-pointer.js';
import type { TensorSpec } from '../../../core/tensor.js';
import type { WireTensor } from '../../tensors/wire-tensor.js';
import { plainValue } from './v1-json.js';
import { readSignatureName } from './v1-predict.js';
import { decodeBase64, isBase64, isObject, readDense, show, v1Refusal } from './v1-values.js';

export type Example = Readonly<Record<string, unknown>>;

/** A classification or regression request. */
export interface ExamplesDocument {
  readonly signatureName: string | undefined;
  /** The features of each example; those of the context are in every one. */
  readonly examples: readonly Example[];
}

/** Throws `invalid-input` in TensorFlow Serving's words. */
export function readExamplesDocument(document: unknown): ExamplesDocument {
  if (!isObject(document)) throw v1Refusal('', 'wrong-type', `JSON Value: ${show(document)} Is not object`);
  const signatureName = readSignatureName(document);
  const { context = {}, examples } = document;
  if (examples === undefined) {
    const message = `JSON Value: ${show(document)} When method is classify, key 'examples' is expected and was not found`;
    throw v1Refusal('', 'required', message);
  }
  if (!Array.isArray(examples)) {
    throw v1Refusal(
      '/examples',
      'wrong-type',
      `JSON Value: ${show(document)} Expecting 'examples' value to be an list/array`,
    );
  }
  if (examples.length === 0) {
    throw v1Refusal('/examples', 'too-few', `JSON Value: ${show(document)} 'examples' value is an empty array`);
  }
  const shared = readExample(context, '/context');
  return {
    signatureName,
    examples: examples.map((example, index) => ({ ...shared, ...readExample(example, `/examples/${index}`) })),
  };
}

function readExample(example: unknown, pointer: string): Example {
  if (isObject(example)) return example;
  const type = Array.isArray(example) ? 'Array' : typeof example;
  throw v1Refusal(pointer, 'wrong-type', `Example must be JSON object but got JSON ${type}`);
}

/** An example as a row: a feature is its value, or a list of that one value. */
export function exampleRow(example: Example, index: number): Record<string, unknown> {
  const row: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const [name, sent] of Object.entries(example)) {
    const value: unknown = Array.isArray(sent) && sent.length === 1 ? sent[0] : sent;
    row[name] = isBase64(value) ? textOf(value, `/examples/${index}${pointerStep(name)}`) : plainValue(value);
  }
  return row;
}

function textOf(value: { readonly b64: string }, pointer: string): string {
  return Buffer.from(decodeBase64(value, pointer)).toString('utf8');
}

/** The examples as the tensors of these inputs: each feature a list, all of the same length. */
export function exampleTensors({ examples }: ExamplesDocument, inputs: readonly TensorSpec[]): WireTensor[] {
  return inputs.map((input) => {
    const { name, datatype } = input;
    const lists = examples.map((example, index) => {
      const pointer = `/examples/${index}`;
      if (example[name] === undefined) {
        throw v1Refusal(pointer, 'required', `Feature: ${name} is missing in example ${index}`);
      }
      const value = Array.isArray(example[name]) ? example[name] : [example[name]];
      return readDense(value, datatype, pointer + pointerStep(name)).elements;
    });
    const width = lists[0]!.length;
    const wrong = lists.findIndex(({ length }) => length !== width);
    if (wrong !== -1) {
      const message = `Feature: ${name} has ${lists[wrong]!.length} values in example ${wrong}, but ${width} in the first`;
      throw v1Refusal(`/examples/${wrong}${pointerStep(name)}`, 'not-allowed', message);
    }
    const flat = input.shape?.length === 1;
    return {
      name,
      datatype,
      shape: flat && width === 1 ? [examples.length] : [examples.length, width],
      elements: lists.flat(),
      pointer: '/examples',
      at: (index) => `/examples/${Math.floor(index / width)}${pointerStep(name)}/${index % width}`,
    };
  });
}
