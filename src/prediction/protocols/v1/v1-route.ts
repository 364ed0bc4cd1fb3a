import { TensornestError } from '../../../core/errors.js';
import { askedBy } from '../asked-by.js';

export type V1Verb = 'predict' | 'classify' | 'regress' | 'explain';

/** Which version a path names; the newest one when it names none. */
export interface V1Target {
  readonly model: string;
  /** A whole number, as text: it may be larger than 2^53. */
  readonly version: string | undefined;
  readonly label: string | undefined;
}

/** What a request under `/v1` asks for. */
export type V1Route =
  | { readonly kind: 'list' }
  | (V1Target & { readonly kind: 'status' | 'metadata' })
  | (V1Target & { readonly kind: 'ask'; readonly verb: V1Verb });

const TARGET = '/v1/models/([^/:]+)(?:/versions/(\\d+)|/labels/([^/:]+))?';
const TARGET_OF_ANY_VERSION = '/v1/models/([^/:]+)(?:/(?:versions|labels)/([^/:]+))?';
const ASK = new RegExp(`^${TARGET}:(predict|classify|regress|explain)$`, 'i');
const LOOK = new RegExp(`^${TARGET}(/metadata)?$`, 'i');
const LIST = /^\/v1\/models\/?$/i;

const LARGEST_VERSION = 2n ** 63n - 1n;

/** Reads the method and the path, without its query. Throws `bad-request` for what is no route. */
export function parseV1Route(method: string, path: string): V1Route {
  const trimmed = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
  if (method === 'POST') {
    const match = ASK.exec(trimmed);
    if (match !== null) return { kind: 'ask', verb: match[4]!.toLowerCase() as V1Verb, ...targetOf(match) };
  } else if (method === 'GET' || method === 'HEAD') {
    if (LIST.test(trimmed)) return { kind: 'list' };
    const match = LOOK.exec(trimmed);
    if (match !== null) return { kind: match[4] === undefined ? 'status' : 'metadata', ...targetOf(match) };
  }
  throw new TensornestError('bad-request', `Malformed request: ${method} ${path}`);
}

/** What a POST to a path asks for a prediction; explanations are none. */
export const askedInV1 = askedBy(new RegExp(`^${TARGET_OF_ANY_VERSION}:(?:predict|classify|regress)/?$`, 'i'));

function targetOf([, model, version, label]: RegExpExecArray): V1Target {
  if (version !== undefined && BigInt(version) > LARGEST_VERSION) {
    throw new TensornestError('bad-request', `Failed to convert version: ${version} to numeric.`);
  }
  return { model: decode(model!), version, label: label === undefined ? undefined : decode(label) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new TensornestError('bad-request', 'The path is not valid percent-encoding.');
  }
}
