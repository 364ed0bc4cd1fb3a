import { expect, it } from 'vitest';
import { PerVersion, RETIRED } from './per-version.js';

const make = () => ({ requests: 0 });

function count(versions: readonly string[]) {
  const counts = new PerVersion<{ requests: number }>((into, from) => {
    into.requests += from.requests;
  });
  for (const version of versions) counts.of('m', version, make).requests += 1;
  return new Map([...counts.entries()].map(([, version, { requests }]) => [version, requests]));
}

it('has counts of its own for each of a few versions', () => {
  expect(count(['1.0.0', '1.1.0', '1.0.0'])).toEqual(
    new Map([
      ['1.0.0', 2],
      ['1.1.0', 1],
    ]),
  );
});

it('adds up those not heard of for longest beyond eight, and loses none', () => {
  const versions = Array.from({ length: 100 }, (_, patch) => `1.0.${patch}`);
  const counts = count(versions.flatMap((version) => ['1.0.0', version]));
  expect(counts.size).toBe(9);
  expect(counts.get('1.0.0')).toBe(101);
  expect(counts.get(RETIRED)).toBe(92);
  expect([...counts.values()].reduce((sum, requests) => sum + requests)).toBe(200);
});
