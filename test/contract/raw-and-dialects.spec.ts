import request from 'supertest';
import { afterEach, describe, expect, it } from 'vitest';
import { ModelRegistry } from '../../src/model/model-registry.js';
import { startContractApp } from '../support/contract-models.js';
import type { TestApp } from '../support/test-app.js';

let service: TestApp;
afterEach(() => service.close());

async function start(env: Record<string, string>): Promise<void> {
  service = await startContractApp(env);
}
const look = async (path: string) => {
  const { status, body } = await service.get(path);
  return [status, body];
};

const STATUS = [{ version: '123', state: 'AVAILABLE', status: { error_code: 'OK', error_message: '' } }];

describe('V1_DIALECT', () => {
  it('kserve answers as KServe does', async () => {
    await start({ V1_DIALECT: 'kserve' });
    expect(await look('/v1/models')).toEqual([200, { models: expect.arrayContaining(['half_plus_two']) }]);
    expect(await look('/v1/models/half_plus_two')).toEqual([200, { name: 'half_plus_two', ready: true }]);
    expect(await look('/v1/models/none')).toEqual([404, { error: 'Model with name none does not exist.' }]);
    const { status, body } = await service.post('/v1/models/half_plus_two:predict', '{"instances": [1,}');
    expect([status, body.error]).toEqual([400, expect.stringMatching(/^Unrecognized request format: /)]);
  });

  it('tfserving answers as TensorFlow Serving does, and has no explanations', async () => {
    await start({ V1_DIALECT: 'tfserving' });
    expect(await look('/v1/models')).toEqual([400, { error: 'Missing model name in request.' }]);
    expect(await look('/v1/models/half_plus_two')).toEqual([200, { model_version_status: STATUS }]);
    expect(await look('/v1/models/none')).toEqual([404, { error: 'Servable not found for request: Latest(none)' }]);
    const { status, body } = await service.post('/v1/models/half_plus_two:explain', { instances: [1] });
    expect([status, body.error]).toEqual([400, 'Malformed request: POST /v1/models/half_plus_two:explain']);
  });

  it('union, where nothing is said, gives the fields of both', async () => {
    await start({});
    const both = { name: 'half_plus_two', ready: true, model_version_status: STATUS };
    expect(await look('/v1/models/half_plus_two')).toEqual([200, both]);
  });
});

describe('the service', () => {
  it('is called what SERVER_NAME says, by every door that tells', async () => {
    await start({ SERVER_NAME: 'Acme Models' });
    expect((await service.get('/v2')).body.name).toBe('Acme Models');
    expect((await service.get('/').set('accept', 'text/html')).text).toContain('<title>Acme Models</title>');
    expect((await service.get('/')).body).toEqual({ status: 'alive' });
  });

  it('runs tensor models in worker threads, text and asynchronous graphs too', async () => {
    await start({ PLACEMENT: 'worker', WORKERS: '1' });
    const registry = service.app.get(ModelRegistry);
    for (const name of ['simple', 'text', 'positions']) expect(registry.slot(name).placement).toBe('worker');
    const infer = async (name: string, ...inputs: object[]) =>
      (await service.post(`/v2/models/${name}/infer`, { inputs })).body.outputs[0].data;
    const four = { shape: [1, 4], datatype: 'INT32', data: [1, 2, 3, 4] };
    expect(await infer('simple', { name: 'INPUT0', ...four }, { name: 'INPUT1', ...four })).toEqual([2, 4, 6, 8]);
    expect(await infer('text', { name: 'text', shape: [1], datatype: 'BYTES', data: ['häuser'] })).toEqual(['häuser']);
    const mask = { name: 'mask', shape: [2], datatype: 'BOOL', data: [false, true] };
    expect(await infer('positions', mask)).toEqual([1]);
  });

  it('tells a model that refuses its inputs from one that is broken, in a worker thread too', async () => {
    await start({ PLACEMENT: 'worker', WORKERS: '1' });
    const four = { shape: [1, 4], datatype: 'INT32', data: [1, 2, 3, 4] };
    const wide = { shape: [3, 4], datatype: 'INT32', data: [1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4] };
    const two = { shape: [2, 4], datatype: 'INT32', data: [1, 2, 3, 4, 1, 2, 3, 4] };
    const ask = (left: object, right: object) =>
      service.post('/v2/models/simple/infer', {
        inputs: [
          { name: 'INPUT0', ...left },
          { name: 'INPUT1', ...right },
        ],
      });
    expect((await ask(two, wide)).status).toBe(400);
    expect((await ask(four, four)).status).toBe(200);
    expect((await service.get('/v2/models/simple/ready')).status).toBe(200);
  });
});

describe('a body that is nothing but the tensor', () => {
  const raw = (model: string, ...values: number[]) =>
    request(service.url)
      .post(`/v2/models/${model}/infer`)
      .set({ 'inference-header-content-length': '0', 'content-type': 'application/octet-stream' })
      .buffer(true)
      .parse((response, done) => {
        const pieces: Buffer[] = [];
        response.on('data', (piece: Buffer) => pieces.push(piece)).on('end', () => done(null, Buffer.concat(pieces)));
      })
      .send(Buffer.from(Float32Array.from(values).buffer));

  it('is answered with the bits of every output behind the JSON', async () => {
    await start({});
    const { status, headers, body } = await raw('half_plus_two', 1, 2, 5);
    expect(status).toBe(200);
    const length = Number(headers['inference-header-content-length']);
    const { outputs } = JSON.parse(body.subarray(0, length).toString());
    expect(outputs).toEqual([{ name: 'y', shape: [3], datatype: 'FP32', parameters: { binary_data_size: 12 } }]);
    expect([...new Float32Array(Uint8Array.from(body.subarray(length)).buffer)]).toEqual([2.5, 3, 4.5]);
  });

  it('is one row where two lengths are open, and is refused where it makes no shape', async () => {
    await start({});
    const { headers, body } = await raw('identity', 1.5, -2, 7);
    const { outputs } = JSON.parse(body.subarray(0, Number(headers['inference-header-content-length'])).toString());
    expect(outputs[0].shape).toEqual([1, 3]);
    const refused = await raw('half_plus_two');
    expect([refused.status, JSON.parse(refused.body.toString()).error]).toEqual([
      400,
      expect.stringContaining('A raw request cannot be read'),
    ]);
  });
});
