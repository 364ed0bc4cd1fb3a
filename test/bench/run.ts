/** `npm run bench`: Tensornest beside its peers, as ratios within one alternating run. `--help` lists the options. */
import { rm, mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type Bodies, writeBodies } from './bodies.ts';
import { writeHeavyPackage } from './heavy-model.ts';
import type { Generator } from './load.ts';
import { type Options, readOptions, USAGE } from './options.ts';
import { CAR_PACKAGE, HEAVY_PACKAGE, OUTPUT } from './paths.ts';
import { exportOnnx, freezeBuild, prepareGenerator, prepareServers } from './prepare.ts';
import { killAll, start } from './process.ts';
import { referenceReplies } from './replies.ts';
import { legend, toMarkdown } from './report.ts';
import type { Results } from './results.ts';
import { type Launch, SERVERS, type ServerSpec } from './servers.ts';
import { measure } from './session.ts';
import type { ModelKind } from './workloads.ts';

type LaunchBase = Omit<Launch, 'port' | 'auditLog' | 'replyBytes'>;

const abort = new AbortController();
const notices: string[] = [];
const notice = (text: string): void => {
  console.error(text);
  notices.push(text);
};

async function main(asked: Options): Promise<void> {
  await rm(join(OUTPUT, 'logs'), { recursive: true, force: true });
  await mkdir(OUTPUT, { recursive: true });
  const generator = await prepareGenerator(notice);
  // The floors need the size of our replies, so the service must be there even when it is not measured itself.
  await prepareServers([ours()], asked.main, notice);
  const options = { ...asked, main: await freezeBuild(asked.main) };
  const specs = await prepareServers(options.servers, options.main, notice);
  const groups: Awaited<ReturnType<typeof runGroup>>[] = [];
  for (const model of ['car', 'heavy'] as const) groups.push(await runGroup(model, specs, generator, options));
  const results: Results = {
    node: process.version.slice(1),
    processors: availableParallelism(),
    generator,
    rounds: options.rounds,
    seconds: options.seconds,
    warmup: options.warmup,
    nodeFlags: options.nodeFlags,
    notices,
    replyBytes: groups[0]?.replyBytes ?? {},
    startups: await measureStartups(specs, options),
    samples: groups.flatMap(({ samples }) => samples),
    vitals: groups.flatMap(({ vitals }) => vitals),
  };
  await publish(results, options.json);
}

/** All workloads of one model; nothing when none of them was asked for. */
async function runGroup(model: ModelKind, all: readonly ServerSpec[], generator: Generator, options: Options) {
  const specs = all.filter(({ models }) => models.includes(model));
  const workloads = options.workloads.filter((workload) => workload.model === model);
  if (workloads.length === 0 || specs.length === 0) return { samples: [], vitals: [], replyBytes: {} };
  const bodies = new Map<number, Bodies>();
  for (const { rows } of workloads) bodies.set(rows, await writeBodies(rows));
  const base = await launchBase(model, specs, options);
  const reference = await measureReplies(base, bodies);
  const launch = { ...base, replyBytes: reference.bytes };
  const session = { specs, workloads, launch, bodies, reference, generator, options, signal: abort.signal };
  return { ...(await measure(session)), replyBytes: reference.bytes };
}

async function launchBase(model: ModelKind, specs: readonly ServerSpec[], options: Options): Promise<LaunchBase> {
  const { main, baseline, nodeFlags } = options;
  const carPackage = join(options.modelsDir, CAR_PACKAGE);
  const modelsDir = model === 'car' ? options.modelsDir : await writeHeavyPackage(carPackage);
  const packageDir = join(modelsDir, model === 'car' ? CAR_PACKAGE : HEAVY_PACKAGE);
  const onnxFile = specs.some(({ name }) => name === 'onnx') ? await exportOnnx(packageDir, model) : '';
  return { modelsDir, packageDir, onnxFile, main, baseline, nodeFlags };
}

const ours = (): ServerSpec => {
  const spec = SERVERS.find(({ name }) => name === 'tensornest');
  if (spec === undefined) throw new Error('The service is not in the table of servers. This is a bug.');
  return spec;
};

/** The floors write replies of the size of ours, so ours are measured first. */
async function measureReplies(base: LaunchBase, bodies: ReadonlyMap<number, Bodies>) {
  const spec = ours();
  const server = await start(spec, { ...base, replyBytes: {} });
  try {
    return await referenceReplies(server.origin + spec.predict, bodies);
  } finally {
    await server.stop();
  }
}

async function measureStartups(specs: readonly ServerSpec[], options: Options): Promise<Results['startups']> {
  const base = await launchBase('car', specs, options);
  const startups: { server: string; readyMs: number[] }[] = [];
  for (const spec of specs) {
    const readyMs: number[] = [];
    try {
      for (let count = 0; count < options.startups; count += 1) readyMs.push(await startOnce(spec, base));
    } catch (error) {
      abort.signal.throwIfAborted();
      // Comes last, so it must not throw away what an hour has measured.
      notice(`The start of ${spec.name} could not be measured: ${reasonOf(error)}`);
    }
    startups.push({ server: spec.name, readyMs });
  }
  return startups;
}

async function startOnce(spec: ServerSpec, base: LaunchBase): Promise<number> {
  abort.signal.throwIfAborted();
  const server = await start(spec, { ...base, replyBytes: {} });
  await server.stop();
  return server.readyMs;
}

async function publish(results: Results, json: boolean): Promise<void> {
  const markdown = `${toMarkdown(results)}\n${legend()}`;
  const text = JSON.stringify(results, null, 2) + '\n';
  await writeFile(join(OUTPUT, 'results.json'), text);
  await writeFile(join(OUTPUT, 'results.md'), markdown);
  await rm(join(OUTPUT, 'logs'), { recursive: true, force: true });
  process.stdout.write(json ? text : markdown);
}

/** Twice what it should take; a benchmark that hangs must not hold a machine. */
function deadlineMs({ servers, workloads, rounds, seconds, warmup }: Options): number {
  const turns = servers.length * (workloads.length + 1) * rounds;
  return 2_000 * (turns * (seconds + 1) + servers.length * (warmup + 30)) + 900_000;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}\n${error.cause.message}` : error.message;
}

function stop(reason: string, code: number): void {
  console.error(reason);
  abort.abort();
  killAll();
  process.exit(code);
}

async function runOnce(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') {
    console.log(USAGE);
    return;
  }
  setTimeout(() => stop('The benchmark did not end in time.', 1), deadlineMs(options)).unref();
  await main(options);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => stop(`ended by ${signal}`, 130));
}
try {
  await runOnce();
} catch (error) {
  stop(reasonOf(error), 1);
}
