import { expect, it } from 'vitest';
import type { MetricFamily, Sample } from '../core/ports/metrics.js';
import { WorkerRestarts } from './worker-restarts.js';

it('five ends within a minute are a fault, which passes when it becomes calm', () => {
  const restarts = new WorkerRestarts({ add: () => undefined });
  for (let death = 1; death < 5; death += 1) restarts.count('error');
  expect(restarts.fault()).toBeUndefined();
  restarts.count('out-of-memory');
  expect(restarts.fault()).toMatch(/5 times within a minute/);
  expect(restarts.fault(performance.now() + 61_000)).toBeUndefined();
});

it('every end is counted under its reason', async () => {
  const families: MetricFamily[] = [];
  const restarts = new WorkerRestarts({ add: (family) => families.push(family) });
  restarts.count('error');
  restarts.count('error');
  restarts.count('exit');
  const samples = [...(await families[0]!.read())] as Sample[];
  expect(Object.fromEntries(samples.map(({ labels, value }) => [labels[0], value]))).toMatchObject({
    error: 2,
    exit: 1,
    'out-of-memory': 0,
  });
});
