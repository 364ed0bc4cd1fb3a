import { satisfies, validRange } from 'semver';
import { MODEL_NAME } from '../package/manifest.js';

/** A model to get, and which version of it. */
export interface ModelSpec {
  readonly name: string;
  readonly wanted: Wanted;
}

export type Wanted =
  /** A semantic version or a range of them, as npm writes it. */
  | { readonly kind: 'range'; readonly range: string }
  /** A dist-tag, which only the registry can turn into a version. */
  | { readonly kind: 'tag'; readonly tag: string };

/** A spec cannot be read. The message names it and says how one is written. */
export class ModelSpecError extends Error {
  override readonly name = 'ModelSpecError';
}

/** npm's own rule: a tag is what no range is and what stands in a URL as it is. */
const TAG = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** Reads `name`, `name@<version or range>` or `name@<dist-tag>`. A name alone stands for every version. */
export function parseModelSpec(text: string): ModelSpec {
  const at = text.indexOf('@');
  const [name, wanted] = at === -1 ? [text, '*'] : [text.slice(0, at), text.slice(at + 1).trim()];
  if (!MODEL_NAME.test(name)) {
    throw new ModelSpecError(
      `${JSON.stringify(text)} must begin with the name of a model: lower-case letters, digits, ".", "_" or "-", without a scope.`,
    );
  }
  if (wanted !== '' && validRange(wanted) !== null) return { name, wanted: { kind: 'range', range: wanted } };
  if (TAG.test(wanted)) return { name, wanted: { kind: 'tag', tag: wanted } };
  throw new ModelSpecError(
    `${JSON.stringify(text)} must end in "@" and a version (2.0.0), a range (^2) or a dist-tag (stable).`,
  );
}

/** The spec as it is written. */
export function specText({ name, wanted }: ModelSpec): string {
  return `${name}@${wanted.kind === 'range' ? wanted.range : wanted.tag}`;
}

/** Whether a version is wanted. What a dist-tag stands for only the registry knows, so nothing satisfies one offline. */
export function isSatisfied({ wanted }: ModelSpec, version: string): boolean {
  return wanted.kind === 'range' && satisfies(version, wanted.range, { includePrerelease: wanted.range === '*' });
}
