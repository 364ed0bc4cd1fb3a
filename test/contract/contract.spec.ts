import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { conform, RULES } from '../../src/conform/conform.js';
import { CHECKED_PROTOCOLS, type Subject } from '../../src/conform/rule.js';
import { discover, sender } from '../../src/conform/subject.js';
import { startContractApp } from '../support/contract-models.js';
import type { TestApp } from '../support/test-app.js';
import { PAIRS as KSERVE_V1 } from './kserve-v1/pairs.js';
import { PAIRS as OPEN_INFERENCE } from './open-inference/pairs.js';
import { checkPair } from './pair.js';
import { PAIRS as TF_SERVING } from './tf-serving/pairs.js';

/** The table of protocols: adding one is adding a folder and an entry. */
const PROTOCOLS = {
  'Open Inference Protocol': OPEN_INFERENCE,
  'TensorFlow Serving': TF_SERVING,
  'KServe V1': KSERVE_V1,
};

let service: TestApp;
beforeAll(async () => {
  service = await startContractApp({ SERVER_NAME: 'Contract', MAX_REQUEST_ROWS: '100' });
});
afterAll(() => service.close());

for (const [protocol, pairs] of Object.entries(PROTOCOLS)) {
  describe(protocol, () => {
    it.each(pairs.map((pair) => [pair.rule, pair] as const))('%s', async (_, pair) => {
      await checkPair(service.url, pair);
    });
  });
}

describe('the public conformance check', () => {
  const subjects: Record<(typeof CHECKED_PROTOCOLS)[number], () => Promise<Subject>> = {
    'open-inference': () => discover(service.url, 'simple'),
    v1: () => Promise.resolve({ model: 'half_plus_two', request: { instances: [1, 2] }, send: sender(service.url) }),
  };

  it.each(CHECKED_PROTOCOLS)('passes every rule of %s', async (protocol) => {
    const outcomes = await conform(protocol, await subjects[protocol](), () => undefined);
    expect(outcomes).toHaveLength(RULES[protocol].length);
    expect(outcomes.filter(({ deviation }) => deviation !== undefined)).toEqual([]);
  });

  it('finds what a server does otherwise', async () => {
    const deaf: Subject = { ...(await subjects['open-inference']()), model: 'text' };
    const outcomes = await conform('open-inference', deaf, () => undefined);
    const failed = outcomes.filter(({ deviation }) => deviation !== undefined).map(({ rule }) => rule.id);
    expect(failed).toContain('infer.answers');
    expect(failed).not.toContain('health.live');
  });
});
