import { expect } from 'vitest';
import { assertMessage } from '../../src/conform/oracle.js';
import type { SchemaName } from '../../src/conform/schemas.js';

/** One request and the answer that the protocol's rule asks for. */
export interface Pair {
  /** The rule, in a few words. */
  readonly rule: string;
  readonly method?: 'GET' | 'POST' | 'OPTIONS';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, or as it is where it is text or bytes. */
  readonly body?: unknown;
  readonly status?: number;
  /** What the JSON answer must be or hold (`expect.objectContaining` and the like). */
  readonly answer?: unknown;
  /** What the answer must be to the last character. */
  readonly text?: string;
  /** What kind of message every answer must be. */
  readonly message: SchemaName;
  readonly answerHeaders?: Readonly<Record<string, string | RegExp>>;
}

/** Sends the request and holds the answer against the pair and against the schema of the protocol. */
export async function checkPair(url: string, pair: Pair): Promise<void> {
  const { body, status = 200 } = pair;
  const raw = typeof body === 'string' || body instanceof Uint8Array;
  const response = await fetch(url + pair.path, {
    method: pair.method ?? (body === undefined ? 'GET' : 'POST'),
    headers: { ...(body === undefined || raw ? {} : { 'content-type': 'application/json' }), ...pair.headers },
    ...(body === undefined ? {} : { body: raw ? (body as string) : JSON.stringify(body) }),
  });
  const text = await response.text();
  expect([response.status, text]).toEqual([status, expect.anything()]);
  if (pair.text !== undefined) expect(text).toBe(pair.text);
  for (const [name, value] of Object.entries(pair.answerHeaders ?? {})) {
    expect(response.headers.get(name)).toEqual(typeof value === 'string' ? value : expect.stringMatching(value));
  }
  if (/\bNaN\b|Infinity/.test(text)) return;
  const message: unknown = JSON.parse(text);
  assertMessage(pair.message, message);
  takePredictionId(message, response.headers.get('x-prediction-id'));
  if (pair.answer !== undefined) expect(message).toEqual(pair.answer);
}

/** The name of the prediction, which is another in every answer: where the protocol has room for it, it is the header's. */
function takePredictionId(message: unknown, header: string | null): void {
  const answer = message as { model_version?: string; parameters?: { prediction_id?: string }; outputs?: unknown };
  if (answer.parameters?.prediction_id === undefined) return;
  expect(answer.parameters).toEqual({ prediction_id: header });
  delete answer.parameters;
}
