import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** An answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A client that may send anything, since no HTTP library stands between it and the socket. */
export class RawClient {
  private received = Buffer.alloc(0);
  /** The server has said its last word, or the connection is gone. */
  ended = false;

  private constructor(readonly socket: Socket) {
    socket.on('data', (piece) => {
      this.received = Buffer.concat([this.received, piece]);
    });
    const end = () => {
      this.ended = true;
    };
    socket.on('end', end).on('close', end);
    socket.on('error', end);
  }

  static async connect(url: string): Promise<RawClient> {
    const { hostname, port } = new URL(url);
    const client = new RawClient(connect({ host: hostname, port: Number(port), allowHalfOpen: true }));
    await once(client.socket, 'connect');
    return client;
  }

  /** Sends bytes; text as Latin-1, so that every byte can be written down. */
  send(bytes: string | Uint8Array): this {
    // What cannot be sent any more shows in what is answered.
    this.socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes, () => undefined);
    return this;
  }

  /** The next answer, informational ones included; undefined when the connection ends before it is whole. */
  async answer(): Promise<RawAnswer | undefined> {
    for (;;) {
      const answer = this.take();
      if (answer !== undefined || this.ended) return answer;
      await this.news();
    }
  }

  /** Waits until the server has ended the connection. */
  async end(): Promise<void> {
    while (!this.ended) await this.news();
  }

  /** What was received and is not part of an answer that was taken. */
  get text(): string {
    return this.received.toString('latin1');
  }

  close(): void {
    this.socket.destroy();
  }

  private news(): Promise<unknown> {
    const any = new AbortController();
    const { signal } = any;
    const ignore = () => undefined;
    const events = ['data', 'end', 'close'].map((event) => once(this.socket, event, { signal }).catch(ignore));
    return Promise.race(events).finally(() => {
      any.abort();
    });
  }

  private take(): RawAnswer | undefined {
    const text = this.received.toString('latin1');
    const headEnd = text.indexOf('\r\n\r\n');
    if (headEnd === -1) return undefined;
    const [statusLine = '', ...lines] = text.slice(0, headEnd).split('\r\n');
    const headers = Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
    );
    const status = Number(statusLine.split(' ')[1]);
    const start = headEnd + 4;
    const length = Number(headers['content-length'] ?? 0);
    if (headers['transfer-encoding'] === 'chunked') {
      const end = text.indexOf('0\r\n\r\n', start);
      if (end === -1) return undefined;
      this.received = this.received.subarray(end + 5);
      const body = text.slice(start, end).replaceAll(/(^|\r\n)[0-9a-f]+\r\n/g, '');
      return { status, headers, body };
    }
    if (text.length < start + length) return undefined;
    this.received = this.received.subarray(start + length);
    const body = Buffer.from(text.slice(start, start + length), 'latin1').toString('utf8');
    return { status, headers, body };
  }
}

/** A request as text, with what every request needs unless `headers` says otherwise. */
export function rawRequest(method: string, path: string, headers: readonly string[] = [], body = ''): string {
  const named = (name: string) => headers.some((line) => line.toLowerCase().startsWith(`${name}:`));
  const usual = [
    ...(named('host') ? [] : ['Host: test']),
    ...(body === '' || named('content-length') || named('transfer-encoding') ? [] : [`Content-Length: ${body.length}`]),
    ...(body === '' || named('content-type') ? [] : ['Content-Type: application/json']),
  ];
  return `${[`${method} ${path} HTTP/1.1`, ...usual, ...headers].join('\r\n')}\r\n\r\n${body}`;
}
