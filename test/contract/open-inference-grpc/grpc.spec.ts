import { join } from 'node:path';
import { promisify } from 'node:util';
import * as grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startContractApp } from '../../support/contract-models.js';
import { freePort } from '../../support/free-port.js';
import { ARTICLE_ROW, type TestApp } from '../../support/test-app.js';

const PROTOS = ['open_inference.proto', 'health.proto'].map((file) =>
  join('src/prediction/protocols/open-inference-grpc', file),
);
const packages = grpc.loadPackageDefinition(
  loadSync(PROTOS, { keepCase: true, longs: String, enums: String, defaults: true }),
) as any;

let service: TestApp;
let port: number;
let client: grpc.Client & Record<string, any>;
let health: grpc.Client & Record<string, any>;
beforeAll(async () => {
  port = await freePort();
  service = await startContractApp({ GRPC_PORT: String(port), BODY_LIMIT: '65536' });
  const credentials = grpc.credentials.createInsecure();
  client = new packages.inference.GRPCInferenceService(`127.0.0.1:${port}`, credentials);
  health = new packages.grpc.health.v1.Health(`127.0.0.1:${port}`, credentials);
});
afterAll(async () => {
  client.close();
  health.close();
  await service.close();
});

const call = (method: string, message: object, options: object = {}): Promise<any> =>
  new Promise((resolve, reject) => {
    client[method](message, new grpc.Metadata(), options, (error: Error | null, answer: unknown) => {
      if (error === null) resolve(answer);
      else reject(error);
    });
  });
const refused = (method: string, message: object, options?: object) =>
  call(method, message, options).then(
    () => Promise.reject(new Error('it was accepted')),
    (error: unknown) => error as grpc.ServiceError,
  );

const simple = (more: object = {}) => ({
  model_name: 'simple',
  inputs: ['INPUT0', 'INPUT1'].map((name) => ({
    name,
    datatype: 'INT32',
    shape: [1, 4],
    contents: { int_contents: [1, 2, 3, 4] },
  })),
  ...more,
});
const int32s = (...values: number[]) => Buffer.from(Int32Array.from(values).buffer);
const column = (name: string, value: string, field = 'bytes_contents') => ({
  name,
  datatype: 'BYTES',
  shape: [1],
  contents: { [field]: [Buffer.from(value)] },
});
const car = (row: Record<string, unknown> = ARTICLE_ROW) => ({
  model_name: 'car-evaluation',
  inputs: Object.entries(row).map(([name, value]) => column(name, String(value))),
});

describe('the Open Inference Protocol over gRPC', () => {
  it('says that the server and its models live and are ready', async () => {
    expect(await call('ServerLive', {})).toEqual({ live: true });
    expect(await call('ServerReady', {})).toEqual({ ready: true });
    expect(await call('ModelReady', { name: 'simple' })).toEqual({ ready: true });
    expect(await call('ModelReady', { name: 'simple', version: '3' })).toEqual({ ready: true });
  });

  it('describes server and model', async () => {
    expect(await call('ServerMetadata', {})).toMatchObject({
      name: 'Tensornest',
      extensions: expect.arrayContaining(['binary_tensor_data', 'statistics']),
    });
    expect(await call('ModelMetadata', { name: 'simple' })).toMatchObject({
      name: 'simple',
      versions: ['3.1.0'],
      inputs: [
        { name: 'INPUT0', datatype: 'INT32', shape: ['-1', '4'] },
        { name: 'INPUT1', datatype: 'INT32', shape: ['-1', '4'] },
      ],
    });
    const { config } = await call('ModelConfig', { name: 'simple' });
    expect(config).toMatchObject({ name: 'simple', max_batch_size: 0, input: [{ data_type: 'TYPE_INT32' }, {}] });
  });

  it('answers contents with contents, and echoes the id', async () => {
    const answer = await call('ModelInfer', simple({ id: 'mine' }));
    expect(answer).toMatchObject({ model_name: 'simple', model_version: '3.1.0', id: 'mine', raw_output_contents: [] });
    expect(answer.outputs.map((output: any) => [output.name, output.shape, output.contents.int_contents])).toEqual([
      ['OUTPUT0', ['1', '4'], [2, 4, 6, 8]],
      ['OUTPUT1', ['1', '4'], [0, 0, 0, 0]],
    ]);
  });

  it('answers raw with raw, and only what was asked for', async () => {
    const message = simple({
      outputs: [{ name: 'OUTPUT1' }],
      raw_input_contents: [int32s(5, 5, 5, 5), int32s(1, 2, 3, 4)],
    });
    message.inputs = message.inputs.map(({ contents: _, ...input }) => input) as never;
    const answer = await call('ModelInfer', message);
    expect(answer.outputs).toHaveLength(1);
    expect(answer.outputs[0].contents).toBeNull();
    expect(answer.raw_output_contents).toEqual([int32s(4, 3, 2, 1)]);
  });

  it.each([
    ['BOOL', 'bool_contents', [true, false]],
    ['INT8', 'int_contents', [-128, 127]],
    ['UINT32', 'uint_contents', [0, 2_147_483_647]],
    ['INT64', 'int64_contents', ['-5', '2147483647']],
    ['UINT64', 'uint64_contents', ['0', '7']],
    ['FP32', 'fp32_contents', [1.5, -0.25]],
    ['FP64', 'fp64_contents', [1.5, -0.25]],
    ['BYTES', 'bytes_contents', [Buffer.from('ä'), Buffer.of(255)]],
  ])('carries %s in %s', async (datatype, field, values) => {
    const parameters = { signature_name: { string_param: datatype } };
    const inputs = [{ name: 'x', datatype, shape: [2], contents: { [field]: values } }];
    const answer = await call('ModelInfer', { model_name: 'datatypes', parameters, inputs });
    expect(answer.outputs[0]).toMatchObject({ datatype, contents: { [field]: values } });
  });

  it('gives the probabilities of REST, bit for bit', async () => {
    const answer = await call('ModelInfer', car());
    const { body } = await service.post('/v2/models/car-evaluation/infer', {
      inputs: Object.entries(ARTICLE_ROW).map(([name, value]) => ({
        name,
        datatype: 'BYTES',
        shape: [1],
        data: [String(value)],
      })),
    });
    expect(answer.outputs[0].contents.fp32_contents).toEqual(body.outputs[0].data);
    expect(answer.outputs[2].contents.bytes_contents.map(String)).toEqual(['acc']);
  });

  it('counts what it has answered', async () => {
    const { model_stats: stats } = await call('ModelStatistics', { name: 'car-evaluation' });
    expect(Number(stats[0].inference_count)).toBeGreaterThan(0);
    expect(Number(stats[0].inference_stats.success.ns)).toBeGreaterThan(0);
  });

  it('refuses an unknown model and version as NOT_FOUND', async () => {
    const unknown = await refused('ModelInfer', simple({ model_name: 'nope' }));
    expect(unknown.code).toBe(grpc.status.NOT_FOUND);
    expect(unknown.details).toMatch(/^Request for unknown model/);
    expect((await refused('ModelReady', { name: 'simple', version: '9' })).code).toBe(grpc.status.NOT_FOUND);
  });

  it.each<[string, object, RegExp]>([
    [
      'raw and contents together',
      simple({ raw_input_contents: [int32s(1, 2, 3, 4), int32s(1, 2, 3, 4)] }),
      /contents field must not be specified when using raw_input_contents for input 'INPUT0' for model 'simple'/,
    ],
    ['raw contents that are too few', simple({ raw_input_contents: [int32s(1)] }), /expected number of input tensors/],
    [
      'too few elements',
      simple({ inputs: [{ name: 'INPUT0', datatype: 'INT32', shape: [1, 4], contents: { int_contents: [1] } }] }),
      /holds 1 elements/,
    ],
    [
      'a wrong datatype',
      simple({
        inputs: [{ name: 'INPUT0', datatype: 'FP32', shape: [1, 4], contents: { fp32_contents: [1, 2, 3, 4] } }],
      }),
      /must be INT32, not FP32/,
    ],
    [
      'a negative length',
      simple({ inputs: [{ name: 'INPUT0', datatype: 'INT32', shape: [-1, 4], contents: {} }] }),
      /at least 1/,
    ],
    [
      'an unknown input',
      simple({
        inputs: [{ name: 'INPUT7', datatype: 'INT32', shape: [1, 4], contents: { int_contents: [1, 2, 3, 4] } }],
      }),
      /unexpected input "INPUT7"/,
    ],
    ['an unknown output', simple({ outputs: [{ name: 'OUTPUT7' }] }), /unexpected output "OUTPUT7"/],
    ['no input', simple({ inputs: [] }), /at least one input/],
    [
      'FP16 in contents',
      {
        model_name: 'datatypes',
        inputs: [{ name: 'x', datatype: 'FP16', shape: [1], contents: { fp32_contents: [1] } }],
      },
      /raw_input_contents/,
    ],
  ])('refuses %s as INVALID_ARGUMENT', async (_, message, text) => {
    const error = await refused('ModelInfer', message);
    expect(error.code).toBe(grpc.status.INVALID_ARGUMENT);
    expect(error.details).toMatch(text);
  });

  it('lists every problem of a bad row in its trailers', async () => {
    const error = await refused('ModelInfer', car({ ...ARTICLE_ROW, buying: 'hihg', doors: '7' }));
    const [details] = error.metadata.get('problem-details-bin');
    expect(JSON.parse(String(details)).map(({ path }: { path: string }) => path)).toEqual([
      '/inputs/0/contents/0',
      '/inputs/2/contents/0',
    ]);
  });

  it('refuses a message beyond the limit', async () => {
    const many = Array<number>(40_000).fill(1);
    const inputs = [{ name: 'INPUT0', datatype: 'FP32', shape: [1, 40_000], contents: { fp32_contents: many } }];
    const error = await refused('ModelInfer', { model_name: 'identity', inputs });
    expect(error.code).toBe(grpc.status.RESOURCE_EXHAUSTED);
  });

  it('honours a deadline that has passed', async () => {
    const error = await refused('ModelInfer', simple(), { deadline: Date.now() - 1 });
    expect(error.code).toBe(grpc.status.DEADLINE_EXCEEDED);
  });

  it('refuses to manage models while the admin API is off', async () => {
    expect((await refused('RepositoryIndex', {})).code).toBe(grpc.status.UNIMPLEMENTED);
  });
});

describe('the health protocol of gRPC', () => {
  const check = (service: string) => promisify(health.Check!.bind(health))({ service });

  it('answers for the server and its service', async () => {
    expect(await check('')).toEqual({ status: 'SERVING' });
    expect(await check('inference.GRPCInferenceService')).toEqual({ status: 'SERVING' });
    await expect(check('other')).rejects.toMatchObject({ code: grpc.status.NOT_FOUND });
  });

  it('tells a watcher at once', async () => {
    const stream = health.Watch!({ service: '' });
    const [first] = await new Promise<unknown[]>((resolve, reject) => {
      stream.once('data', (...data: unknown[]) => resolve(data)).once('error', reject);
    });
    stream.on('error', () => undefined).cancel();
    expect(first).toEqual({ status: 'SERVING' });
  });
});
