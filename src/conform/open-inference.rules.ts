import { assertMessage } from './oracle.js';
import { type Answer, demand, type Rule, type Subject } from './rule.js';
import type { SchemaName } from './schemas.js';

type Fields = Record<string, unknown>;
interface Tensor extends Fields {
  readonly name: string;
  readonly shape: number[];
  readonly datatype: string;
  readonly data: unknown[];
}

const infer = (subject: Subject, body: unknown, headers: Record<string, string> = {}) =>
  subject.send('POST', `/v2/models/${subject.model}/infer`, { body, headers });

const inputsOf = ({ request }: Subject) => request.inputs as Tensor[];
/** The request with its first input changed. */
const spoilt = (subject: Subject, change: Fields) => {
  const [first, ...others] = inputsOf(subject);
  return { ...subject.request, inputs: [{ ...first, ...change }, ...others] };
};

function accepted(answer: Answer, kind: SchemaName): Fields {
  demand(answer.status === 200, `status ${answer.status} instead of 200: ${answer.bytes.toString('utf8', 0, 200)}`);
  const message = answer.json();
  assertMessage(kind, message);
  return message as Fields;
}

function refused(answer: Answer, ...statuses: number[]): void {
  const wanted = statuses.length === 0 ? [400] : statuses;
  demand(wanted.includes(answer.status), `status ${answer.status} instead of ${wanted.join(' or ')}`);
  assertMessage('error', answer.json());
}

/** A rule that sends one request and looks at the answer. */
const rule = (id: string, title: string, check: (subject: Subject) => Promise<void>): Rule => ({ id, title, check });
const extension = (id: string, title: string, check: (subject: Subject) => Promise<void>): Rule => ({
  ...rule(id, title, check),
  extension: true,
});

/** The client asks for what cannot be: 400 with the protocol's error body. */
const refusal = (
  id: string,
  title: string,
  body: (subject: Subject) => unknown,
  headers?: Record<string, string>,
): Rule =>
  rule(id, title, async (subject) => {
    refused(await infer(subject, body(subject), headers));
  });

export const OPEN_INFERENCE_RULES: readonly Rule[] = [
  rule('health.live', 'GET /v2/health/live answers 200 while the server lives', async ({ send }) => {
    const { status } = await send('GET', '/v2/health/live');
    demand(status === 200, `status ${status}`);
  }),
  rule('health.ready', 'GET /v2/health/ready answers 200 while the server is ready', async ({ send }) => {
    const { status } = await send('GET', '/v2/health/ready');
    demand(status === 200, `status ${status}`);
  }),
  rule('server.metadata', 'GET /v2 gives name, version and extensions', async ({ send }) => {
    accepted(await send('GET', '/v2'), 'serverMetadata');
  }),
  rule('server.metadata-slash', 'GET /v2/ is the same', async ({ send }) => {
    accepted(await send('GET', '/v2/'), 'serverMetadata');
  }),
  extension('server.models', 'GET /v2/models lists the names of the models', async ({ send, model }) => {
    const { models } = accepted(await send('GET', '/v2/models'), 'modelList');
    demand((models as string[]).includes(model), `${model} is not in the list`);
  }),
  rule('model.metadata', 'GET /v2/models/{model} gives the tensors of the model', async ({ send, model }) => {
    const { name } = accepted(await send('GET', `/v2/models/${model}`), 'modelMetadata');
    demand(name === model, `it is named ${String(name)}`);
  }),
  rule('model.metadata-version', 'model metadata can be had of each version that it names', async ({ send, model }) => {
    const { versions = [] } = accepted(await send('GET', `/v2/models/${model}`), 'modelMetadata');
    for (const version of versions as string[]) {
      accepted(await send('GET', `/v2/models/${model}/versions/${version}`), 'modelMetadata');
    }
  }),
  rule('model.ready', 'GET /v2/models/{model}/ready answers 200 for a ready model', async ({ send, model }) => {
    const { status } = await send('GET', `/v2/models/${model}/ready`);
    demand(status === 200, `status ${status}`);
  }),
  rule('model.unknown', 'an unknown model is refused with 404 and the error body', async ({ send }) => {
    for (const path of ['', '/ready']) refused(await send('GET', `/v2/models/no-such-model${path}`), 404);
    refused(await send('POST', '/v2/models/no-such-model/infer', { body: { inputs: [] } }), 404, 400);
  }),
  rule('model.unknown-version', 'an unknown version is refused with the error body', async ({ send, model }) => {
    refused(await send('GET', `/v2/models/${model}/versions/987654`), 404, 400);
  }),
  rule('infer.answers', 'POST .../infer answers with named, shaped and typed outputs', async (subject) => {
    const { model_name: name, outputs } = accepted(await infer(subject, subject.request), 'inference');
    demand(name === subject.model, `model_name is ${String(name)}`);
    demand((outputs as Tensor[]).length > 0, 'there is no output');
  }),
  rule('infer.counts', 'each output has as many elements as its shape says', async (subject) => {
    for (const { name, shape, data } of accepted(await infer(subject, subject.request), 'inference')
      .outputs as Tensor[]) {
      const count = shape.reduce((product, length) => product * length, 1);
      const found = data.flat(Infinity).length;
      demand(found === count, `output ${name} has ${found} elements, its shape means ${count}`);
    }
  }),
  rule('infer.promises', 'outputs are those of the metadata', async (subject) => {
    const metadata = accepted(await subject.send('GET', `/v2/models/${subject.model}`), 'modelMetadata');
    const promised = metadata.outputs as Tensor[];
    for (const { name, datatype } of accepted(await infer(subject, subject.request), 'inference').outputs as Tensor[]) {
      const output = promised.find((other) => other.name === name);
      demand(output !== undefined, `output ${name} is not in the metadata`);
      demand(output.datatype === datatype, `output ${name} is ${datatype}, the metadata says ${output.datatype}`);
    }
  }),
  rule('infer.echoes-id', 'the id of the request comes back', async (subject) => {
    const { id } = accepted(await infer(subject, { ...subject.request, id: 'conform-1' }), 'inference');
    demand(id === 'conform-1', `id is ${String(id)}`);
  }),
  rule('infer.nested', 'data may be nested as the shape says', async (subject) => {
    const flat = accepted(await infer(subject, subject.request), 'inference');
    const inputs = inputsOf(subject).map((input) => ({ ...input, data: nest(input.data.flat(Infinity), input.shape) }));
    const nested = accepted(await infer(subject, { ...subject.request, inputs }), 'inference');
    demand(JSON.stringify(nested.outputs) === JSON.stringify(flat.outputs), 'the answers differ');
  }),
  rule('infer.selects', 'only the requested outputs are answered, in any order', async (subject) => {
    const all = accepted(await infer(subject, subject.request), 'inference').outputs as Tensor[];
    const last = all.at(-1)!.name;
    const some = accepted(await infer(subject, { ...subject.request, outputs: [{ name: last }] }), 'inference');
    const names = (some.outputs as Tensor[]).map(({ name }) => name);
    demand(names.length === 1 && names[0] === last, `asked for ${last}, got ${names.join(', ')}`);
  }),
  rule('infer.no-content-type', 'a request without Content-Type is read as JSON', async (subject) => {
    accepted(await infer(subject, Buffer.from(JSON.stringify(subject.request))), 'inference');
  }),
  refusal('refuses.json', 'malformed JSON', () => '{"inputs": ['),
  refusal('refuses.no-inputs', 'a request without inputs', () => ({})),
  refusal('refuses.empty-inputs', 'an empty list of inputs', () => ({ inputs: [] })),
  refusal('refuses.no-shape', 'an input without a shape', (subject) => spoilt(subject, { shape: undefined })),
  refusal('refuses.no-data', 'an input without data', (subject) => spoilt(subject, { data: undefined })),
  refusal('refuses.datatype', 'a datatype that there is not', (subject) => spoilt(subject, { datatype: 'FP31' })),
  refusal('refuses.wrong-datatype', 'a datatype that is not the model’s', (subject) =>
    spoilt(
      subject,
      inputsOf(subject)[0]!.datatype === 'BOOL'
        ? { datatype: 'BYTES', data: inputsOf(subject)[0]!.data.map(() => 'x') }
        : { datatype: 'BOOL', data: inputsOf(subject)[0]!.data.map(() => true) },
    ),
  ),
  refusal('refuses.count', 'more elements than the shape says', (subject) =>
    spoilt(subject, { data: [...inputsOf(subject)[0]!.data.flat(Infinity), 1] }),
  ),
  refusal('refuses.negative-shape', 'a negative length', (subject) => spoilt(subject, { shape: [-1, -1] })),
  refusal('refuses.huge-shape', 'a shape beyond all memory', (subject) =>
    spoilt(subject, { shape: [2 ** 40, 2 ** 40] }),
  ),
  refusal('refuses.deep-data', 'data nested deeper than any shape', (subject) =>
    spoilt(subject, { data: JSON.parse('['.repeat(500) + ']'.repeat(500)) as unknown }),
  ),
  refusal('refuses.duplicate-input', 'one input twice', (subject) => ({
    ...subject.request,
    inputs: [...inputsOf(subject), inputsOf(subject)[0]],
  })),
  refusal('refuses.unknown-input', 'an input that there is not', (subject) =>
    spoilt(subject, { name: 'no-such-input' }),
  ),
  refusal('refuses.unknown-output', 'an output that there is not', ({ request }) => ({
    ...request,
    outputs: [{ name: 'no-such-output' }],
  })),
  extension('binary.output', 'an output asked for with binary_data comes raw behind the JSON', async (subject) => {
    const answer = await infer(subject, { ...subject.request, parameters: { binary_data_output: true } });
    demand(answer.status === 200, `status ${answer.status}`);
    const length = Number(answer.headers.get('inference-header-content-length'));
    demand(length > 0 && length < answer.bytes.length, 'Inference-Header-Content-Length does not split the body');
    const message = JSON.parse(answer.bytes.toString('utf8', 0, length)) as { outputs: Tensor[] };
    assertMessage('inference', message);
    const sizes = message.outputs.map(({ parameters }) => Number((parameters as Fields).binary_data_size));
    const total = sizes.reduce((sum, size) => sum + size, 0);
    demand(
      total === answer.bytes.length - length,
      `the outputs are ${total} bytes, the body has ${answer.bytes.length - length}`,
    );
  }),
  ...Object.entries({ text: 'x', negative: '-1', 'beyond-body': '99999999' }).map(([what, header]) =>
    refusal(`binary.header-${what}`, `a header length of ${header}`, ({ request }) => JSON.stringify(request), {
      'inference-header-content-length': header,
    }),
  ),
  extension('binary.leftover', 'binary data that belongs to no input is refused', async (subject) => {
    const json = Buffer.from(JSON.stringify(subject.request));
    const header = { 'inference-header-content-length': String(json.length) };
    refused(await infer(subject, Buffer.concat([json, Buffer.alloc(4)]), header));
  }),
  extension('method.wrong', 'a method that a path does not have is refused with 405', async ({ send, model }) => {
    refused(await send('GET', `/v2/models/${model}/infer`), 405);
  }),
  rule('path.unknown', 'a path that there is not is refused with 404', async ({ send }) => {
    const { status } = await send('GET', '/v2/no/such/path');
    demand(status === 404, `status ${status}`);
  }),
  extension('model.statistics', 'GET .../stats counts inferences and executions', async (subject) => {
    await infer(subject, subject.request);
    const answer = accepted(await subject.send('GET', `/v2/models/${subject.model}/stats`), 'statistics');
    const [first] = answer.model_stats as { inference_count: number }[];
    demand((first?.inference_count ?? 0) > 0, 'it has counted nothing');
  }),
  extension('model.config', 'GET .../config gives the configuration', async ({ send, model }) => {
    accepted(await send('GET', `/v2/models/${model}/config`), 'modelConfig');
  }),
];

function nest(flat: readonly unknown[], shape: readonly number[]): unknown {
  const [, ...inner] = shape;
  if (shape.length <= 1) return flat;
  const size = inner.reduce((product, length) => product * length, 1);
  return Array.from({ length: shape[0]! }, (_, index) => nest(flat.slice(index * size, (index + 1) * size), inner));
}
