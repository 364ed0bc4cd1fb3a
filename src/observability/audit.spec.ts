import { expect, it } from 'vitest';
import { category, number, signatureOf } from '../../test/support/signatures.js';
import { REDACTED, toAuditLine } from './audit.observer.js';

it('covers sensitive features and keeps the others', () => {
  const signature = signatureOf(category('colour', ['red', 'blue']), number('income', { sensitive: true }));
  const line = toAuditLine({
    requestId: 'r-1',
    time: new Date('2026-01-02T03:04:05.006Z'),
    digest: 'sha256:00',
    signature,
    rows: [{ colour: 'red', income: 4711 }],
    prediction: {
      model: 'm',
      version: '1.0.0',
      classes: signature.classes,
      winners: Int32Array.of(1),
      probabilities: Float32Array.of(0.1, 0.9),
      timing: { encode: 0.1, infer: 0.2, total: 0.3 },
    },
  });
  expect(line).toMatchObject({
    id: 'r-1',
    time: '2026-01-02T03:04:05.006Z',
    model: 'm',
    version: '1.0.0',
    digest: 'sha256:00',
    inputs: [{ colour: 'red', income: REDACTED }],
    predictions: ['yes'],
    durationMs: 0.3,
  });
  expect(JSON.stringify(line)).not.toContain('4711');
});
