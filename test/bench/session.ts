import type { Bodies } from './bodies.ts';
import { drive, type Generator } from './load.ts';
import type { Options } from './options.ts';
import { cpuSeconds, residentMiB, untilIdle } from './proc-stats.ts';
import { probeUntil, type ProbeLatency, settle, tensorCount } from './probes.ts';
import { type Running, start } from './process.ts';
import { assertAgrees, type Reference } from './replies.ts';
import type { Launch, ServerSpec } from './servers.ts';
import { takes, type Workload } from './workloads.ts';

/** One server under one workload in one round. */
export interface Sample {
  readonly round: number;
  readonly workload: string;
  readonly server: string;
  readonly requestsPerSecond: number;
  readonly cpuMicrosPerRequest: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly failures: number;
}

/** What is known of one server beside its throughput. */
export interface Vitals {
  readonly server: string;
  readonly model: Workload['model'];
  readonly idleMiB: number;
  readonly peakMiB: number;
  readonly afterMiB: number;
  readonly tensorsBefore?: number;
  readonly tensorsAfter?: number;
  readonly probes: readonly (ProbeLatency & { readonly workload: string })[];
}

export interface Session {
  readonly specs: readonly ServerSpec[];
  /** All of one model. */
  readonly workloads: readonly Workload[];
  readonly launch: Omit<Launch, 'port' | 'auditLog'>;
  readonly bodies: ReadonlyMap<number, Bodies>;
  readonly reference: Reference;
  readonly generator: Generator;
  readonly options: Options;
  readonly signal: AbortSignal;
}

interface Turn {
  readonly spec: ServerSpec;
  readonly server: Running;
  readonly idleMiB: number;
  readonly tensorsBefore: number | undefined;
  peakMiB: number;
}

/** During these loads the health probe is asked too. */
const PROBED = ['1x64', 'heavy-100x16'];
const SAMPLE_EVERY_MS = 200;
const REST_SECONDS = 3;

/** All servers side by side, taking turns: what disturbs the machine then disturbs neighbours in time alike. */
export async function measure(session: Session): Promise<{ samples: Sample[]; vitals: Vitals[] }> {
  const turns: Turn[] = [];
  const sampler = setInterval(() => void samplePeaks(turns), SAMPLE_EVERY_MS);
  try {
    for (const spec of session.specs) turns.push(await open(session, spec));
    for (const turn of turns) await warmUp(session, turn);
    const samples: Sample[] = [];
    for (let round = 0; round < session.options.rounds; round += 1) {
      for (const workload of session.workloads) samples.push(...(await takeTurns(session, turns, workload, round)));
    }
    const probed: Vitals['probes'][] = [];
    for (const turn of turns) probed.push(await probe(session, turn));
    await settle(REST_SECONDS);
    const vitals = await Promise.all(turns.map((turn, index) => toVitals(session, turn, probed[index] ?? [])));
    return { samples, vitals };
  } finally {
    clearInterval(sampler);
    await Promise.all(turns.map(({ server }) => server.stop()));
  }
}

async function open({ launch, bodies, reference }: Session, spec: ServerSpec): Promise<Turn> {
  const server = await start(spec, launch);
  try {
    const idleMiB = await residentMiB(server.pid);
    await assertAgrees(spec, server, bodies, reference);
    return { spec, server, idleMiB, tensorsBefore: await tensorCount(server), peakMiB: idleMiB };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function samplePeaks(turns: readonly Turn[]): Promise<void> {
  for (const turn of turns) {
    const now = await residentMiB(turn.server.pid);
    if (now > turn.peakMiB) turn.peakMiB = now;
  }
}

/** Every workload of the server, since the compiler optimises for what it has seen. */
async function warmUp(session: Session, turn: Turn): Promise<void> {
  const mine = session.workloads.filter((workload) => takes(workload, turn.spec.name));
  if (session.options.warmup === 0 || mine.length === 0) return;
  console.error(`warming up ${turn.spec.name} (${mine[0]?.model})`);
  const seconds = Math.max(1, Math.round(session.options.warmup / mine.length));
  for (const workload of mine) await load(session, turn, workload, seconds);
}

async function takeTurns(session: Session, turns: Turn[], workload: Workload, round: number): Promise<Sample[]> {
  const mine = turns.filter(({ spec }) => takes(workload, spec.name));
  // Another one begins in each round, so that no server is always measured right after the same neighbour's load began.
  const shift = mine.length === 0 ? 0 : round % mine.length;
  const samples: Sample[] = [];
  for (const turn of [...mine.slice(shift), ...mine.slice(0, shift)]) {
    const { requests, seconds, cpu, ...rest } = await load(session, turn, workload, session.options.seconds);
    samples.push({
      round,
      workload: workload.name,
      server: turn.spec.name,
      requestsPerSecond: requests / seconds,
      cpuMicrosPerRequest: (cpu / requests) * 1e6,
      p50Ms: rest.p50Ms,
      p99Ms: rest.p99Ms,
      failures: rest.refused + rest.broken,
    });
  }
  console.error(`round ${round + 1}/${session.options.rounds} ${workload.name}`);
  return samples;
}

async function load(session: Session, { spec, server }: Turn, { rows, connections }: Workload, seconds: number) {
  const bodies = session.bodies.get(rows);
  if (bodies === undefined) throw new Error(`There are no bodies of ${rows} rows. This is a bug.`);
  const target = { url: server.origin + spec.predict, bodies, connections, seconds };
  const before = await cpuSeconds(server.pid);
  const result = await drive(session.generator, target, session.signal);
  const cpu = (await cpuSeconds(server.pid)) - before;
  // A slow server goes on answering requests whose client is gone, in the time of whoever is next.
  await untilIdle(server.pid);
  await server.truncateLogs();
  return { ...result, cpu };
}

/** In turns of their own, so that the probes do not take part in what is compared. */
async function probe(session: Session, turn: Turn): Promise<Vitals['probes']> {
  const found: (ProbeLatency & { workload: string })[] = [];
  for (const workload of session.workloads.filter(({ name }) => PROBED.includes(name))) {
    const loaded = load(session, turn, workload, session.options.seconds);
    found.push({ workload: workload.name, ...(await probeUntil(turn.server.origin + turn.spec.live, loaded)) });
  }
  return found;
}

async function toVitals({ workloads }: Session, turn: Turn, probes: Vitals['probes']): Promise<Vitals> {
  const { spec, server, idleMiB, peakMiB, tensorsBefore } = turn;
  const [afterMiB, tensorsAfter] = await Promise.all([residentMiB(server.pid), tensorCount(server)]);
  const model = workloads[0]?.model ?? 'car';
  return { server: spec.name, model, idleMiB, peakMiB, afterMiB, tensorsBefore, tensorsAfter, probes };
}
