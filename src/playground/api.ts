import type { ModelDrift, ModelQuality } from './live-types.js';
import { PageError } from './logic/page-error.js';
import { readServerTiming, type Step } from './logic/server-timing.js';
import type {
  Counterfactual,
  Curve,
  Explanations,
  Importance,
  ModelSummary,
  Predictions,
  Problem,
  Row,
  VersionDetail,
} from './types.js';

/** An answer that is none: what the service says of it, for people. */
export class ApiError extends PageError {
  constructor(
    readonly status: number,
    message: string,
    readonly problems: readonly Problem[] = [],
    /** The kind of problem, such as `/problems/unknown-model`. */
    readonly type = 'about:blank',
    /** Seconds after which it may be asked again; null where that was not said. */
    readonly retryAfter: number | null = null,
  ) {
    super(message);
  }
}

export interface Answer<T> {
  readonly body: T;
  /** The name of the prediction in the audit log and for feedback; null for an answer that is none. */
  readonly id: string | null;
  readonly steps: readonly Step[];
  /** From the call to the last byte, in milliseconds. */
  readonly elapsed: number;
}

export interface Target {
  readonly model: string;
  /** Null for the version that answers by itself. */
  readonly version: string | null;
}

interface OpenApiDocument {
  readonly paths: Record<string, { readonly post?: { readonly operationId: string } } | undefined>;
}

interface Question {
  /** What is posted; without it the question is a GET. */
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

const API = '/api/v1';
const UNAUTHENTICATED = 401;

export function predictPath({ model, version }: Target): string {
  const of = `${API}/models/${encodeURIComponent(model)}`;
  return version === null ? `${of}/predict` : `${of}/versions/${encodeURIComponent(version)}/predict`;
}

/** The service that the page came from. The key lives here and nowhere else: a reload forgets it. */
export class Api {
  private key: string | null = null;

  /** @param shutOut is told when there is no key, or none that is let in any more. */
  constructor(private readonly shutOut: (error: ApiError) => void) {}

  get hasKey(): boolean {
    return this.key !== null;
  }

  useKey(key: string | null): void {
    this.key = key;
  }

  async models(): Promise<readonly ModelSummary[]> {
    return (await this.ask<{ models: ModelSummary[] }>(`${API}/models`)).body.models;
  }

  async version(model: string, version: string): Promise<VersionDetail> {
    const path = `${API}/models/${encodeURIComponent(model)}/versions/${encodeURIComponent(version)}`;
    return (await this.ask<VersionDetail>(path)).body;
  }

  /** What the API document calls the operation at a path, such as `predictPenguins`; undefined where it has none. */
  async operationAt(path: string): Promise<string | undefined> {
    const { paths } = (await this.ask<OpenApiDocument>(`${API}/openapi.json`)).body;
    return paths[path]?.post?.operationId;
  }

  predict(target: Target, inputs: readonly Row[], signal?: AbortSignal, partial = false): Promise<Answer<Predictions>> {
    return this.ask(predictPath(target), { body: { inputs, ...(partial ? { partial } : {}) }, signal });
  }

  explain(target: Target, row: Row, label: string, signal: AbortSignal): Promise<Answer<Explanations>> {
    return this.ask(explainPath(target, 'explain'), { body: { inputs: [row], class: label }, signal });
  }

  whatIf(target: Target, input: Row, signal: AbortSignal): Promise<Answer<{ readonly features: readonly Curve[] }>> {
    return this.ask(explainPath(target, 'what-if'), { body: { input }, signal });
  }

  counterfactual(target: Target, input: Row, wanted: string | null, frozen: readonly string[], signal: AbortSignal) {
    const body = { input, frozen, ...(wanted === null ? {} : { target: wanted }) };
    return this.ask<Counterfactual>(explainPath(target, 'counterfactual'), { body, signal });
  }

  async importance(target: Target): Promise<Importance> {
    return (await this.ask<Importance>(explainPath(target, 'importance'))).body;
  }

  async quality(model: string, signal?: AbortSignal): Promise<ModelQuality> {
    return (await this.ask<ModelQuality>(`${API}/models/${encodeURIComponent(model)}/feedback`, { signal })).body;
  }

  async drift(model: string, signal?: AbortSignal): Promise<ModelDrift> {
    return (await this.ask<ModelDrift>(`${API}/models/${encodeURIComponent(model)}/drift`, { signal })).body;
  }

  /** What was made of the label; another one that the row had makes room. */
  async feedback(id: string, label: string): Promise<string> {
    const body = { id, label, replace: true };
    return (await this.ask<{ readonly status: string }>(`${API}/feedback`, { body })).body.status;
  }

  private async ask<T>(path: string, { body, signal }: Question = {}): Promise<Answer<T>> {
    const started = performance.now();
    const response = await fetch(path, {
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(this.key === null ? {} : { authorization: `Bearer ${this.key}` }),
      },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
      signal: signal ?? null,
    });
    const text = await response.text();
    const elapsed = performance.now() - started;
    if (!response.ok) {
      const error = refusal(response, text);
      if (error.status === UNAUTHENTICATED) this.shutOut(error);
      throw error;
    }
    return {
      body: JSON.parse(text) as T,
      id: response.headers.get('x-prediction-id'),
      steps: readServerTiming(response.headers.get('server-timing')),
      elapsed,
    };
  }
}

function explainPath({ model, version }: Target, verb: string): string {
  return predictPath({ model, version }).replace(/predict$/, verb);
}

function refusal({ status, headers }: Response, text: string): ApiError {
  const seconds = headers.get('retry-after');
  const retryAfter = seconds !== null && /^\d+$/.test(seconds) ? Number(seconds) : null;
  const unsaid = `The service answered with status ${status}.`;
  try {
    const { detail, errors, type } = JSON.parse(text) as { detail?: string; errors?: Problem[]; type?: string };
    return new ApiError(status, detail ?? unsaid, errors, type, retryAfter);
  } catch {
    return new ApiError(status, unsaid, [], undefined, retryAfter);
  }
}
