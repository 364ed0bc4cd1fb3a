import { readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { HTTP_DOORS } from '../support/doors.js';
import { freePort } from '../support/free-port.js';
import { InferenceClient } from '../support/inference-client.js';
import { ARTICLE_ROW, startTestApp, type TestApp } from '../support/test-app.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const MODEL = 'car-evaluation';

let app: TestApp;
let log: string;
let grpcPort: number;
beforeAll(async () => {
  log = join(await mkdtemp(join(tmpdir(), 'tensornest-ids-')), 'audit.jsonl');
  grpcPort = await freePort();
  app = await startTestApp({ AUDIT_LOG: log, GRPC_PORT: String(grpcPort) });
});
afterAll(() => app.close());

async function audited(id: string): Promise<object> {
  const read = () =>
    readFileSync(log, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { readonly id: string })
      .find((line) => line.id === id);
  return expect
    .poll(read)
    .toBeDefined()
    .then(() => read()!);
}

it.each(Object.entries(HTTP_DOORS))(
  'a prediction at the door %s has a name of its own, which the audit log knows',
  async (_, door) => {
    const ask = () =>
      fetch(app.url + door.path(MODEL), {
        method: 'POST',
        // A client may send the same one with every request.
        headers: { 'content-type': 'application/json', 'x-request-id': 'mine' },
        body: JSON.stringify(door.body([ARTICLE_ROW])),
      });
    const [first, second] = [await ask(), await ask()].map(({ headers }) => headers.get('x-prediction-id')!);
    expect(first).toMatch(UUID);
    expect(second).toMatch(UUID);
    expect(second).not.toBe(first);
    expect(await audited(first!)).toMatchObject({ requestid: 'mine', data: { model: MODEL, predictions: ['acc'] } });
  },
);

it('the native answer holds it, whole and partial', async () => {
  const whole = await app.predict([ARTICLE_ROW, ARTICLE_ROW]);
  expect(whole.body.id).toBe(whole.headers['x-prediction-id']);
  const partial = await app.post('/api/v1/predict', { inputs: [{}, ARTICLE_ROW], partial: true });
  expect(partial.body.id).toMatch(UUID);
  expect(partial.body.id).toBe(partial.headers['x-prediction-id']);
  const large = await app.predict(Array.from({ length: 300 }, () => ARTICLE_ROW));
  expect(large.body.id).toBe(large.headers['x-prediction-id']);
});

it('over gRPC it is a parameter of the response', async () => {
  const client = new InferenceClient(grpcPort);
  const { parameters } = await client.infer().outcome;
  client.close();
  expect(parameters.prediction_id).toMatchObject({ string_param: expect.stringMatching(UUID) });
  expect(await audited(parameters.prediction_id.string_param)).toMatchObject({ data: { model: MODEL } });
});

it('what is no prediction has none', async () => {
  const refused = await app.predict([]);
  expect(refused.status).toBe(400);
  expect(refused.headers).not.toHaveProperty('x-prediction-id');
});
