import { type Answer, Deviation, demand, type SendOptions, type Subject } from './rule.js';

/** How long an answer may take, in milliseconds. */
const PATIENCE_MS = 30_000;

type Fields = Record<string, unknown>;

/** Sends requests to the server at `base` and nowhere else. */
export function sender(base: string): Subject['send'] {
  return async (method, path, { body, headers = {} }: SendOptions = {}) => {
    const raw = typeof body === 'string' || body instanceof Uint8Array;
    const response = await fetch(new URL(path, base), {
      method,
      headers: { ...(body === undefined || raw ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: raw ? (body as NonNullable<RequestInit['body']>) : JSON.stringify(body) }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    return { status: response.status, headers: response.headers, bytes, json: () => parse(bytes) };
  };
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new Deviation(`the body is not JSON: ${bytes.toString('utf8', 0, 80)}`);
  }
}

/** The model that is asked for, or the first that the server names; with a request made up from its metadata. */
export async function discover(base: string, wanted?: string, request?: Fields): Promise<Subject> {
  const send = sender(base);
  const model = wanted ?? (await firstModel(send));
  if (request !== undefined) return { model, request, send };
  const metadata = (await ok(send('GET', `/v2/models/${model}`))) as { inputs?: TensorPromise[] };
  demand(Array.isArray(metadata.inputs), `/v2/models/${model} names no inputs: give a request with --request`);
  const madeUp = { inputs: metadata.inputs.map(sample) };
  const { status } = await send('POST', `/v2/models/${model}/infer`, { body: madeUp });
  // A model that takes only certain values would seem to break every rule.
  demand(status === 200, `${model} refuses a request of zeros and empty text: give one that it answers with --request`);
  return { model, request: madeUp, send };
}

async function firstModel(send: Subject['send']): Promise<string> {
  const { models = [] } = (await ok(send('GET', '/v2/models'))) as { models?: string[] };
  const [first] = models;
  demand(first !== undefined, 'the server names no model: give one with --model');
  return first;
}

async function ok(sent: Promise<Answer>): Promise<unknown> {
  const answer = await sent;
  demand(answer.status === 200, `status ${answer.status} instead of 200: ${answer.bytes.toString('utf8', 0, 200)}`);
  return answer.json();
}

interface TensorPromise {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
}

/** Zeros (or empty text) in the smallest shape that was promised. */
function sample({ name, datatype, shape: promised }: TensorPromise): object {
  const shape = promised.map((length) => (length === -1 ? 1 : length));
  const count = shape.reduce((product, length) => product * length, 1);
  return { name, datatype, shape, data: Array<unknown>(count).fill(zero(datatype)) };
}

function zero(datatype: string): unknown {
  if (datatype === 'BYTES') return '';
  return datatype === 'BOOL' ? false : 0;
}
