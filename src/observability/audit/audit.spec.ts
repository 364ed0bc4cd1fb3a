import { describe, expect, it } from 'vitest';
import { category, number, signatureOf } from '../../../test/support/signatures.js';
import type { PredictionEvent } from '../../core/prediction.js';
import { REDACTED } from '../../core/redaction.js';
import type { Row } from '../../core/signature.js';
import { auditLine } from './audit.observer.js';

const rows: Row[] = [{ colour: 'red', income: 4711 }];

function lineOf(event: PredictionEvent): string {
  return auditLine(event)
    .map((part) => (typeof part === 'string' ? part : Buffer.from(part).toString()))
    .join('');
}

function eventOf(sensitive: boolean): PredictionEvent {
  const signature = signatureOf(category('colour', ['red', 'blue']), number('income', { sensitive }));
  return {
    requestId: 'r-1',
    time: new Date('2026-01-02T03:04:05.006Z'),
    digest: 'sha256:00',
    signature,
    inputs: { rows: () => rows, json: () => Buffer.from(JSON.stringify(rows)) },
    prediction: {
      model: 'm',
      version: '1.0.0',
      classes: signature.classes,
      winners: Int32Array.of(1, 0),
      probabilities: Float32Array.of(0.1, 0.9, 0.8, 0.2),
      batchRows: 2,
      timing: { encode: 0.1, queue: 0.1, infer: 0.2, total: 0.4004 },
    },
  };
}

describe('an audit line', () => {
  it('says what was asked, what was answered, when and by which exact model', () => {
    expect(JSON.parse(lineOf(eventOf(false)))).toEqual({
      audit: 'prediction',
      id: 'r-1',
      time: '2026-01-02T03:04:05.006Z',
      model: 'm',
      version: '1.0.0',
      digest: 'sha256:00',
      inputs: rows,
      predictions: ['yes', 'no'],
      durationMs: 0.4,
    });
  });

  it('covers sensitive features and keeps the others', () => {
    const line = lineOf(eventOf(true));
    expect(JSON.parse(line)).toMatchObject({ inputs: [{ colour: 'red', income: REDACTED }] });
    expect(line).not.toContain('4711');
  });

  it('is one line', () => {
    expect(lineOf(eventOf(false)).match(/\n/g)).toHaveLength(1);
  });
});
