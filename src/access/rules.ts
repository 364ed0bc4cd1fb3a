import { API_PREFIX } from '../core/api.js';
import type { Scope } from '../core/caller.js';

/** What a request needs. */
export interface Requirement {
  /** Null where no key is needed. */
  readonly scope: Scope | null;
  /** The model that it names. */
  readonly model?: string | undefined;
  /** It tells of all models at once, so a key for some of them does not do. */
  readonly wholeService?: true;
}

const OPEN: Requirement = { scope: null };
const READS = new Set(['GET', 'HEAD']);

/** Paths whose answers hold nothing of the models: probes, pages, and what the pages are made of. */
const OPEN_READS: readonly RegExp[] = [
  /^\/$/,
  /^\/health(\/|$)/,
  /^\/v2\/health(\/|$)/,
  /^\/docs(\/|$)/,
  /^\/playground\//,
];

/** Asking a model is no change. The part after the model that says so, at any door. */
const ASKS = /^(predict|infer|explain|what-if|counterfactual|classify|regress|feedback)$/;
/** Models of all doors: `/api/v1/models/<name>`, `/v2/models/<name>`, `/v2/repository/models/<name>`, `/v1/models/<name>:verb`. */
const MODEL = new RegExp(`^/(?:${API_PREFIX}|v2|v2/repository|v1)/models/([^/:]+)`, 'i');

/**
 * What a request needs, by its method and path alone, so that it is refused before its body is read. Whatever is not known to
 * be a question changes something, and needs `admin`.
 */
export function requirementOf(method: string, path: string): Requirement {
  if (READS.has(method) && OPEN_READS.some((open) => open.test(path))) return OPEN;
  if (method === 'OPTIONS') return OPEN;
  const model = modelOf(path);
  if (/^\/metrics\/?$/i.test(path)) return { scope: 'predict', wholeService: true };
  if (/^\/v2\/repository\/index\/?$/i.test(path)) return { scope: 'admin' };
  if (READS.has(method)) return { scope: /\/(repository|rollout)(\/|$)/i.test(path) ? 'admin' : 'predict', model };
  return { scope: isQuestion(method, path) ? 'predict' : 'admin', model };
}

function isQuestion(method: string, path: string): boolean {
  // Only what is posted: an alias may be called like a verb.
  if (method !== 'POST') return false;
  const last = path.replace(/\/$/, '').split(/[/:]/).at(-1) ?? '';
  return ASKS.test(last.toLowerCase());
}

function modelOf(path: string): string | undefined {
  const written = MODEL.exec(path)?.[1];
  if (written === undefined) return undefined;
  try {
    return decodeURIComponent(written);
  } catch {
    // The router refuses it too.
    return written;
  }
}
