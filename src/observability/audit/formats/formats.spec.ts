import { CloudEvent } from 'cloudevents';
import { describe, expect, it } from 'vitest';
import { category, number, signatureOf } from '../../../../test/support/signatures.js';
import { AUDIT_FORMATS as NAMES, type AuditFormatName } from '../../../core/app-config.js';
import type { PredictionEvent, TensorPredictionEvent } from '../../../core/prediction.js';
import { REDACTED } from '../../../core/redaction.js';
import { inRequest } from '../../../core/request-scope.js';
import type { Row } from '../../../core/signature.js';
import { chain, NO_LINK } from '../chain.js';
import { gapLine } from './gap.js';
import { AUDIT_FORMATS } from './index.js';

const rows: Row[] = [{ colour: 'red', income: 4711 }];
const timing = { encode: 0.1, queue: 0.1, infer: 0.2, total: 0.4004 };
const settings = (format: AuditFormatName) => ({ format, source: '/tensornest', namespace: 'team-a' });
const formatOf = (format: AuditFormatName) => AUDIT_FORMATS[format](settings(format));

function eventOf(sensitive: boolean): PredictionEvent {
  const signature = signatureOf(category('colour', ['red', 'blue']), number('income', { sensitive }));
  return {
    requestId: 'r-1',
    time: new Date('2026-01-02T03:04:05.006Z'),
    digest: 'sha256:00',
    signature,
    inputs: { rows: () => rows, json: () => Buffer.from(JSON.stringify(rows)) },
    prediction: {
      id: '0197a000-0000-7000-8000-000000000001',
      model: 'm',
      version: '1.0.0',
      classes: signature.classes,
      winners: Int32Array.of(1, 0),
      probabilities: Float32Array.of(0.1, 0.9, 0.8, 0.2),
      batchRows: 2,
      timing,
    },
  };
}

const call: TensorPredictionEvent = {
  requestId: 'r-1',
  time: new Date('2026-01-02T03:04:05.006Z'),
  digest: 'sha256:00',
  inputs: [
    { name: 'text', datatype: 'BYTES', shape: [1], data: [new TextEncoder().encode('a\nb')] },
    { name: 'picture', datatype: 'FP32', shape: [1_000], data: new Float32Array(1_000) },
  ],
  prediction: {
    id: '0197a000-0000-7000-8000-000000000001',
    model: 'm',
    version: '1.0.0',
    function: 'serving_default',
    outputs: [{ name: 'y', datatype: 'INT32', shape: [2], data: Int32Array.of(1, 2) }],
    batchRows: 1,
    timing,
  },
};

const RECORDS = {
  inputs: [
    { name: 'text', datatype: 'BYTES', shape: [1], data: ['a\nb'] },
    { name: 'picture', datatype: 'FP32', shape: [1_000], sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
  ],
  outputs: [{ name: 'y', datatype: 'INT32', shape: [2], data: [1, 2] }],
};

function textOf(format: AuditFormatName, event: PredictionEvent): string {
  const parts = formatOf(format).rows(event);
  return parts.map((part) => (typeof part === 'string' ? part : Buffer.from(part).toString())).join('');
}

const linesOf = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, any>);

const ENVELOPE = {
  specversion: '1.0',
  id: '0197a000-0000-7000-8000-000000000001',
  requestid: 'r-1',
  source: '/tensornest',
  time: '2026-01-02T03:04:05.006Z',
  datacontenttype: 'application/json',
};

describe('an audit line', () => {
  it('says what was asked, what was answered, when and by which exact model', () => {
    expect(linesOf(textOf('cloudevents', eventOf(false)))).toEqual([
      {
        ...ENVELOPE,
        type: 'io.tensornest.inference.prediction.v1',
        subject: 'm/1.0.0',
        data: {
          model: 'm',
          version: '1.0.0',
          digest: 'sha256:00',
          inputs: rows,
          predictions: ['yes', 'no'],
          durationMs: 0.4,
        },
      },
    ]);
  });

  it('keeps large tensors by their digest', () => {
    expect(linesOf(formatOf('cloudevents').tensors(call))).toEqual([
      {
        ...ENVELOPE,
        type: 'io.tensornest.inference.prediction.v1',
        subject: 'm/1.0.0',
        data: {
          model: 'm',
          version: '1.0.0',
          digest: 'sha256:00',
          function: 'serving_default',
          ...RECORDS,
          durationMs: 0.4,
        },
      },
    ]);
  });
});

describe('the events of KServe', () => {
  const kserve = {
    ...ENVELOPE,
    component: 'predictor',
    endpoint: '',
    namespace: 'team-a',
    inferenceservicename: 'm',
    modelversion: '1.0.0',
    modeldigest: 'sha256:00',
  };

  it('are a request and a response of one id, with the bodies of its V1 protocol', () => {
    expect(linesOf(textOf('kserve', eventOf(false)))).toEqual([
      { ...kserve, type: 'org.kubeflow.serving.inference.request', data: { instances: rows } },
      {
        ...kserve,
        type: 'org.kubeflow.serving.inference.response',
        durationus: 400,
        data: { predictions: ['yes', 'no'] },
      },
    ]);
  });

  it('have the tensors of the Open Inference Protocol where a model takes such', () => {
    expect(linesOf(formatOf('kserve').tensors(call)).map(({ data }) => data)).toEqual([
      { inputs: RECORDS.inputs },
      { model_name: 'm', model_version: '1.0.0', outputs: RECORDS.outputs },
    ]);
  });
});

describe.each(NAMES)('every line of the format %s', (format) => {
  it('covers sensitive features and keeps the others', () => {
    const text = textOf(format, eventOf(true));
    const [{ data }] = linesOf(text) as [Record<string, any>];
    expect(data.inputs ?? data.instances).toEqual([{ colour: 'red', income: REDACTED }]);
    expect(text).not.toContain('4711');
  });

  it('is a CloudEvent, with the attributes of its chain, its trace and who asked', () => {
    const scope = {
      requestId: 'r-1',
      trace: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: true },
      caller: { id: 'mobile "app"', scopes: [], models: null, quota: null },
    } as unknown as Parameters<typeof inRequest>[0];
    const text = inRequest(scope, () => textOf(format, eventOf(false)) + formatOf(format).tensors(call));
    const chained = chain(Buffer.from(text + gapLine(settings(format))), { ...NO_LINK, seq: 2 ** 31 }, 7);
    const lines = linesOf(chained.bytes.toString());
    for (const line of lines) {
      const event = new CloudEvent(line);
      expect(event.validate()).toBe(true);
      for (const name of Object.keys(line)) expect(name).toMatch(/^[a-z0-9]{1,20}$/);
      if (line.data === undefined) continue;
      expect(line).toMatchObject({
        traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
        clientid: 'mobile "app"',
      });
    }
    expect(lines[0]).toMatchObject({ seq: String(2 ** 31 + 1), dropped: '7', prev: '' });
    expect(lines.at(-1)).toMatchObject({
      type: 'io.tensornest.audit.gap.v1',
      prev: expect.stringMatching(/^[\w-]{43}$/),
    });
  });

  it('ends with its line feed and has no other', () => {
    for (const text of [textOf(format, eventOf(false)), formatOf(format).tensors(call)]) {
      expect(text.match(/\n/g)).toHaveLength(format === 'kserve' ? 2 : 1);
      expect(text.endsWith('}\n')).toBe(true);
    }
  });
});
