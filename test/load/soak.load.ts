import { describe, expect, it } from 'vitest';
import { quantile } from '../support/exchange.js';
import { SECONDS, writeFigures } from './figures.js';
import { soak, type SoakReport } from './soak.js';

const MEGABYTE = 1_048_576;
/** The promise, of a run whose warm-up takes minutes; in a short one the heap is still growing to its size. */
const MOST_GROWTH_MB = SECONDS >= 600 ? 20 : 80;
/** The control shows its fault within seconds. */
const CONTROL_SECONDS = Math.min(SECONDS, 30);

/** Between the middle of the first third of the rests and that of the last: a worker that has just died of memory is no trend. */
function growthMb({ rests }: SoakReport): number {
  const third = Math.ceil(rests.length / 3);
  const median = (some: SoakReport['rests']) =>
    quantile(
      some.map(({ rss }) => rss),
      0.5,
    );
  return (median(rests.slice(-third)) - median(rests.slice(0, third))) / MEGABYTE;
}

/** What of a run is not as it should be. */
function faultsOf(report: SoakReport): string[] {
  const { rests, unexpected, swaps, crashes } = report;
  const first = rests[0]!;
  const growth = growthMb(report);
  return [
    ...(rests.some(({ tensors }) => tensors !== first.tensors) ? ['the number of tensors at rest changed'] : []),
    ...(rests.some(({ resources }) => resources !== first.resources) ? ['handles or timers at rest changed'] : []),
    ...(growth >= MOST_GROWTH_MB ? [`memory grew by ${growth.toFixed(1)} MB`] : []),
    ...unexpected,
    ...(swaps === 0 || crashes === 0 ? ['nothing was swapped, or nothing crashed'] : []),
  ];
}

describe('a service under mixed load, hot swaps and worker crashes', () => {
  it('holds no more tensors, handles, timers and memory at the end than after its warm-up', async () => {
    const report = await soak(SECONDS, {});
    const faults = faultsOf(report);
    const first = report.rests[0]!;
    writeFigures('soak', {
      requests: report.requests,
      statuses: report.statuses,
      swaps: report.swaps,
      crashes: report.crashes,
      tensorsAtRest: first.tensors,
      resourcesAtRest: [...new Set(report.rests.map(({ resources }) => resources))],
      rssGrowthMb: Number(growthMb(report).toFixed(1)),
      rssMb: report.rests.map(({ rss }) => Math.round(rss / MEGABYTE)),
      faults,
    });
    expect(faults).toEqual([]);
  });

  it('would be found out if it lost a tensor with every execution', async () => {
    const faults = faultsOf(await soak(CONTROL_SECONDS, { leak: true }));
    expect(faults).toContain('the number of tensors at rest changed');
  });
});
