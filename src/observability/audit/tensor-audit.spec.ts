import { describe, expect, it } from 'vitest';
import type { TensorPredictionEvent } from '../../core/prediction.js';
import { tensorAuditLine } from './tensor-audit.js';

const event: TensorPredictionEvent = {
  requestId: 'r-1',
  time: new Date('2026-01-02T03:04:05.006Z'),
  digest: 'sha256:00',
  inputs: [
    { name: 'text', datatype: 'BYTES', shape: [1], data: [new TextEncoder().encode('a\nb')] },
    { name: 'picture', datatype: 'FP32', shape: [1_000], data: new Float32Array(1_000) },
  ],
  prediction: {
    model: 'm',
    version: '1.0.0',
    function: 'serving_default',
    outputs: [{ name: 'y', datatype: 'INT32', shape: [2], data: Int32Array.of(1, 2) }],
    batchRows: 1,
    timing: { encode: 0.1, queue: 0, infer: 0.2, total: 0.4004 },
  },
};

describe('the audit line of a tensor model', () => {
  it('says what was asked and answered, and keeps large tensors by their digest', () => {
    expect(JSON.parse(tensorAuditLine(event))).toEqual({
      audit: 'prediction',
      id: 'r-1',
      time: '2026-01-02T03:04:05.006Z',
      model: 'm',
      version: '1.0.0',
      digest: 'sha256:00',
      function: 'serving_default',
      inputs: [
        { name: 'text', datatype: 'BYTES', shape: [1], data: ['a\nb'] },
        { name: 'picture', datatype: 'FP32', shape: [1_000], sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      ],
      outputs: [{ name: 'y', datatype: 'INT32', shape: [2], data: [1, 2] }],
      durationMs: 0.4,
    });
  });

  it('is one line', () => {
    expect(tensorAuditLine(event).match(/\n/g)).toHaveLength(1);
  });
});
