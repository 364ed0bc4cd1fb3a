import type { Feature, Signature } from '../../core/signature.js';
import { explainKeys } from '../../encoding/row-dto.js';
import { RowFileError } from './row-line.js';

export interface Column {
  /** What the column holds; undefined where it is passed over. */
  readonly feature: Feature | undefined;
}

/** The columns that `head` names. Throws a `RowFileError` that names every column too many, too few or double. */
export function columnsOf(head: readonly string[], signature: Signature, ignoreUnknown: boolean): readonly Column[] {
  const { features } = signature;
  const names = features.map(({ name }) => name);
  const faults = [
    ...(ignoreUnknown ? [] : unknown(head, names)),
    ...names.filter((name) => head.indexOf(name) !== head.lastIndexOf(name)).map((name) => `"${name}" is there twice`),
    ...features.filter((feature) => isNeeded(feature, head)).map(({ name }) => `"${name}" is missing`),
  ];
  if (faults.length > 0) {
    throw new RowFileError(
      `The columns do not fit: ${faults.join('; ')}. The first line must name the columns: ${names.join(',')} ` +
        '(--ignore-unknown passes over others).',
    );
  }
  return head.map((name) => ({ feature: features.find((feature) => feature.name === name) }));
}

function unknown(head: readonly string[], names: readonly string[]): string[] {
  const problems = explainKeys(names, Object.fromEntries(head.map((name) => [name, ''])));
  return problems.map(({ field, message }) => `"${field}" ${message}`);
}

function isNeeded({ name, missing }: Feature, head: readonly string[]): boolean {
  return missing.policy === 'refuse' && !head.includes(name);
}
