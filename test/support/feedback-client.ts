import { ARTICLE_ROW } from './test-app.js';

const JSON_TYPE = { 'content-type': 'application/json' };

export interface Answered {
  readonly status: number;
  readonly body: any;
}

/** Asks the car model of a service, and tells it what became of its predictions. */
export class FeedbackClient {
  constructor(
    private readonly url: string,
    private readonly key?: string,
  ) {}

  as(key: string): FeedbackClient {
    return new FeedbackClient(this.url, key);
  }

  /** The id of a prediction of these rows; the model calls each of them `acc`. */
  async predict(rows: readonly object[] = [ARTICLE_ROW], more: object = {}): Promise<string> {
    const { status, body } = await this.post('/api/v1/predict', { inputs: rows, ...more });
    if (status !== 200) throw new Error(`No prediction: ${JSON.stringify(body)}`);
    return body.id as string;
  }

  send(body: object): Promise<Answered> {
    return this.post('/api/v1/feedback', body);
  }

  label(id: string, label: string, more: object = {}): Promise<Answered> {
    return this.send({ id, label, ...more });
  }

  /** What is known of the version that answers. */
  async quality(model = 'car-evaluation'): Promise<any> {
    const { body } = await this.get(`/api/v1/models/${model}/feedback`);
    return body;
  }

  async metric(line: RegExp): Promise<number | undefined> {
    const text = await (await fetch(`${this.url}/metrics`, { headers: this.headers() })).text();
    const found = text.split('\n').find((one) => line.test(one));
    return found === undefined ? undefined : Number(found.split(' ').at(-1));
  }

  async get(path: string): Promise<Answered> {
    const response = await fetch(this.url + path, { headers: this.headers() });
    return { status: response.status, body: await response.json() };
  }

  private async post(path: string, body: object): Promise<Answered> {
    const headers = { ...JSON_TYPE, ...this.headers() };
    const response = await fetch(this.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
    return { status: response.status, body: await response.json() };
  }

  private headers(): Record<string, string> {
    return this.key === undefined ? {} : { authorization: `Bearer ${this.key}` };
  }
}
