import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CloudEvent } from 'cloudevents';

export interface ReceivedBatch {
  readonly path: string;
  readonly contentType: string;
  readonly authorization: string | undefined;
  readonly ids: readonly string[];
}

/** Answers a batch; where it says nothing the batch is taken with 202. */
type Behaviour = (response: ServerResponse) => void;

/** Whoever takes CloudEvents over HTTP in batches, and can be made to fail. */
export class EventReceiver {
  /** Everything that came, taken or not. */
  readonly batches: ReceivedBatch[] = [];
  /** Each event that was taken, as often as it was. */
  readonly events: CloudEvent<any>[] = [];
  behaviour: Behaviour | undefined;
  private server: Server | undefined;
  private port = 0;

  static async open(): Promise<EventReceiver> {
    const receiver = new EventReceiver();
    await receiver.up();
    return receiver;
  }

  /** Listens, at the port that it had before. */
  async up(): Promise<void> {
    const server = createServer((request, response) => {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => {
        const events = (JSON.parse(Buffer.concat(pieces).toString()) as object[]).map(
          (event) => new CloudEvent<any>(event),
        );
        const { 'content-type': contentType = '', authorization } = request.headers;
        this.batches.push({ path: request.url!, contentType, authorization, ids: events.map(({ id }) => id) });
        if (this.behaviour !== undefined) {
          this.behaviour(response);
          return;
        }
        this.events.push(...events);
        response.writeHead(202).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.server = server;
    this.port = (server.address() as AddressInfo).port;
  }

  /** Refuses connections from now on. */
  async down(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (server === undefined) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** The ids of all events that were taken, each once. */
  get ids(): string[] {
    return [...new Set(this.events.map(({ id }) => id))].sort();
  }
}
