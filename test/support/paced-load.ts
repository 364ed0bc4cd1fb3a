import { type Agent, request } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { text } from 'node:stream/consumers';

/** One request and what became of it; times on the monotonic clock, in milliseconds. */
export interface Exchange {
  readonly sentAt: number;
  readonly doneAt: number;
  readonly status: number;
  /** The body of the answer, or why there is none. */
  readonly text: string;
}

/** Posts `body` at a steady rate from now until it is stopped, whether or not the service keeps up. */
export class PacedLoad {
  readonly exchanges: Exchange[] = [];
  sent = 0;
  private stopped = false;
  private readonly startedAt = performance.now();
  private readonly underWay = new Set<Promise<void>>();
  private readonly pacing: Promise<void>;

  /** @param agent keeps connections; false opens one for every request. */
  constructor(
    private readonly url: string,
    private readonly body: string,
    private readonly perSecond: number,
    private readonly agent: Agent | false,
    private readonly headers: Readonly<Record<string, string>> = {},
  ) {
    this.pacing = this.pace();
  }

  /** Waits until so many requests that were sent after now have been answered. */
  async afterMore(count: number): Promise<void> {
    const now = performance.now();
    const later = () => this.exchanges.filter(({ sentAt }) => sentAt > now).length;
    while (later() < count) await setTimeout(2);
  }

  /** Waits for every answer that is still due, and tells the requests sent per second. */
  async stop(): Promise<number> {
    const seconds = (performance.now() - this.startedAt) / 1_000;
    this.stopped = true;
    await this.pacing;
    await Promise.all(this.underWay);
    return this.sent / seconds;
  }

  private async pace(): Promise<void> {
    while (!this.stopped) {
      const due = ((performance.now() - this.startedAt) / 1_000) * this.perSecond;
      while (this.sent < due) {
        this.sent += 1;
        const exchange = this.exchange().then((done) => {
          this.exchanges.push(done);
          this.underWay.delete(exchange);
        });
        this.underWay.add(exchange);
      }
      await setTimeout(1);
    }
  }

  private exchange(): Promise<Exchange> {
    const sentAt = performance.now();
    return new Promise((resolve) => {
      const done = (status: number, answer: string) => {
        resolve({ sentAt, doneAt: performance.now(), status, text: answer });
      };
      const sent = request(this.url, {
        method: 'POST',
        agent: this.agent,
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(this.body),
          ...this.headers,
        },
      });
      sent.on('error', (error) => {
        done(0, error.message);
      });
      sent.on('response', (answer) => {
        text(answer).then(
          (body) => {
            done(answer.statusCode ?? 0, body);
          },
          (error: unknown) => {
            done(0, String(error));
          },
        );
      });
      sent.end(this.body);
    });
  }
}
