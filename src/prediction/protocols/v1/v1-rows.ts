import { pointerStep } from '../../../core/json-pointer.js';
import type { RowLocator } from '../../../core/prediction.js';
import type { Signature } from '../../../core/signature.js';
import { refusal } from '../../refusal.js';
import type { RowSource } from '../../row-source.js';
import { problem } from '../../tensors/problems.js';
import { plainRows } from '../../tensors/tabular-rows.js';
import { plainValue } from './v1-json.js';
import { isNamed } from './v1-predict.js';
import { decodeBase64, isBase64, v1Refusal } from './v1-values.js';

export const INSTANCES: RowLocator = {
  rows: '/instances',
  at: (row, feature) => `/instances/${row}${feature === undefined ? '' : pointerStep(feature)}`,
};

/** The rows of `instances`: an object with a value for each feature. The signature's own rules judge them. */
export function instanceRows(instances: readonly unknown[]): RowSource {
  if (!isNamed(instances[0])) {
    const message =
      'instances is a plain list, but expecting list of objects as multiple input tensors required as per tensorinfo_map';
    throw v1Refusal('/instances', 'wrong-type', message);
  }
  const rows = instances.map((instance, index) =>
    isNamed(instance) ? toRow(instance, `/instances/${index}`) : instance,
  );
  return plainRows(rows, INSTANCES);
}

function toRow(instance: Readonly<Record<string, unknown>>, pointer: string): Record<string, unknown> {
  const row = Object.create(null) as Record<string, unknown>;
  for (const name of Object.keys(instance)) row[name] = toValue(instance[name], pointer + pointerStep(name));
  return row;
}

/** The rows of `inputs`: a list of values for each feature. Other keys do not matter. */
export function columnRows({ features }: Signature, inputs: unknown): RowSource {
  if (!isNamed(inputs)) {
    const message =
      'inputs is a plain value/list, but expecting an object as multiple input tensors required as per tensorinfo_map';
    throw v1Refusal('/inputs', 'wrong-type', message);
  }
  const columns: (readonly [name: string, values: readonly unknown[]])[] = [];
  for (const { name, missing } of features) {
    const sent = inputs[name];
    if (sent === undefined) {
      if (missing.policy === 'default') continue;
      throw v1Refusal('/inputs', 'required', `Missing named input: ${name} in 'inputs' object.`);
    }
    columns.push([name, column(sent, `/inputs${pointerStep(name)}`)]);
  }
  const length = columns[0]?.[1].length ?? 0;
  const uneven = columns.filter(([, values]) => values.length !== length);
  if (uneven.length > 0) {
    throw refusal(
      uneven.map(([name, values]) => {
        const message = `must have ${length} values like the first input, but has ${values.length}`;
        return problem(`/inputs${pointerStep(name)}`, values.length < length ? 'too-few' : 'too-many', message);
      }),
    );
  }
  const rows = Array.from({ length }, (_, row) => {
    const values = Object.create(null) as Record<string, unknown>;
    for (const [name, all] of columns) values[name] = all[row];
    return values;
  });
  return plainRows(rows, {
    rows: '/inputs',
    at: (row, feature) => (feature === undefined ? '/inputs' : `/inputs${pointerStep(feature)}/${row}`),
  });
}

/** A column is a list of values, or of lists of one. */
function column(sent: unknown, pointer: string): unknown[] {
  if (!Array.isArray(sent)) throw refusal([problem(pointer, 'wrong-type', 'must be a list of values')]);
  return sent.map((item: unknown, index) => {
    const value: unknown = Array.isArray(item) && item.length === 1 ? item[0] : item;
    return toValue(value, `${pointer}/${index}`);
  });
}

function toValue(value: unknown, pointer: string): unknown {
  return isBase64(value) ? Buffer.from(decodeBase64(value, pointer)).toString('utf8') : plainValue(value);
}
