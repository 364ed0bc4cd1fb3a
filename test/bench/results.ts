import type { Generator } from './load.ts';
import type { Sample, Vitals } from './session.ts';
import { type Spread, spread } from './statistics.ts';

export interface Results {
  readonly node: string;
  readonly processors: number;
  readonly generator: Generator;
  readonly rounds: number;
  readonly seconds: number;
  readonly warmup: number;
  readonly nodeFlags: readonly string[];
  readonly notices: readonly string[];
  readonly replyBytes: Readonly<Record<number, number>>;
  readonly startups: readonly { readonly server: string; readonly readyMs: readonly number[] }[];
  readonly samples: readonly Sample[];
  readonly vitals: readonly Vitals[];
}

type Figure = 'requestsPerSecond' | 'cpuMicrosPerRequest' | 'p50Ms' | 'p99Ms';

export function figure({ samples }: Results, workload: string, server: string, of: Figure): Spread | undefined {
  return spread(samples.filter((one) => one.workload === workload && one.server === server).map((one) => one[of]));
}

/** Throughput of `server` over that of `base`, paired within each round. */
export function ratio({ samples }: Results, workload: string, server: string, base: string): Spread | undefined {
  const rate = (name: string, round: number) =>
    samples.find((one) => one.workload === workload && one.server === name && one.round === round)?.requestsPerSecond;
  const rounds = [...new Set(samples.map(({ round }) => round))];
  return spread(rounds.map((round) => (rate(server, round) ?? NaN) / (rate(base, round) ?? NaN)));
}

/** The names of `of` that there are samples of, in their first order. */
export function namesOf({ samples }: Results, of: 'server' | 'workload'): string[] {
  return [...new Set(samples.map((sample) => sample[of]))];
}
