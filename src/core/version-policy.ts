/** Which versions of a model are loaded when nobody asks for one by name. */
export type VersionPolicy =
  | { readonly kind: 'latest' }
  | { readonly kind: 'all' }
  | { readonly kind: 'pinned'; readonly versions: readonly string[] };

/** A policy for every model, and exceptions by model name. */
export interface VersionPolicies {
  readonly general: VersionPolicy;
  readonly byModel: Readonly<Record<string, VersionPolicy>>;
}

const VERSION = /^\d+\.\d+\.\d+[0-9A-Za-z.+-]*$/;

/**
 * Parses `latest`, `all` or `pinned:1.0.0,2.0.0`, followed or replaced by exceptions such as `car-evaluation=all`,
 * separated by semicolons. Undefined when the text is none of that.
 */
export function parseVersionPolicies(text: string): VersionPolicies | undefined {
  let general: VersionPolicy = { kind: 'latest' };
  const byModel: Record<string, VersionPolicy> = {};
  for (const part of text.split(';').map((piece) => piece.trim())) {
    const [left, right] = splitOnce(part, '=');
    const policy = parsePolicy(right ?? left);
    if (policy === undefined || left === '') return undefined;
    if (right === undefined) general = policy;
    else byModel[left] = policy;
  }
  return { general, byModel };
}

export function policyOf({ general, byModel }: VersionPolicies, model: string): VersionPolicy {
  return Object.hasOwn(byModel, model) ? byModel[model]! : general;
}

function parsePolicy(text: string): VersionPolicy | undefined {
  if (text === 'latest' || text === 'all') return { kind: text };
  const [kind, list = ''] = splitOnce(text, ':');
  const versions = list.split(',').map((version) => version.trim());
  if (kind !== 'pinned' || !versions.every((version) => VERSION.test(version))) return undefined;
  return { kind, versions };
}

function splitOnce(text: string, separator: string): [left: string, right?: string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text] : [text.slice(0, at).trim(), text.slice(at + separator.length).trim()];
}
