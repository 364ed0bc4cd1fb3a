import { type Agent, type IncomingHttpHeaders, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { ARTICLE_ROW } from './test-app.js';

export interface Exchange {
  /** 0 where there was no answer. */
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The body, or why there is no answer. */
  readonly text: string;
  readonly milliseconds: number;
}

export interface Sent {
  readonly answer: Promise<Exchange>;
  /** Breaks the connection off. */
  readonly leave: () => void;
}

export interface SendOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly agent?: Agent | false;
}

export const ONE_ROW = { inputs: [ARTICLE_ROW] };

/** Sends one request, with a body as POST, over a connection of its own unless there is an agent; never rejects. */
export function send(url: string, { headers = {}, body, agent = false }: SendOptions = {}): Sent {
  const started = performance.now();
  const { promise: answer, resolve } = Promise.withResolvers<Exchange>();
  const done = (status: number, received: IncomingHttpHeaders, content: string) => {
    resolve({ status, headers: received, text: content, milliseconds: performance.now() - started });
  };
  const payload = body === undefined ? undefined : JSON.stringify(body);
  const sent = request(url, {
    method: payload === undefined ? 'GET' : 'POST',
    agent,
    headers: payload === undefined ? headers : { 'content-type': 'application/json', ...headers },
  });
  sent.on('error', (error: NodeJS.ErrnoException) => {
    done(0, {}, error.code ?? error.message);
  });
  sent.on('response', (response) => {
    text(response).then(
      (content) => {
        done(response.statusCode ?? 0, response.headers, content);
      },
      (error: unknown) => {
        done(0, response.headers, String(error));
      },
    );
  });
  sent.end(payload);
  return { answer, leave: () => sent.destroy() };
}

/** The value below which the share `q` of the numbers lies. */
export function quantile(numbers: readonly number[], q: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? NaN;
}
