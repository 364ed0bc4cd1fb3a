// Faults for models, planted into the real service from outside: `node --import` runs this file in every realm of every
// process before its own program. Nothing in src/ knows of it, so a service that is started without it has no such faults.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMainThread, threadId } from 'node:worker_threads';

/** What is wrong with the models of a service. */
export interface Plan {
  /**
   * Milliseconds that an execution sleeps, which blocks its realm as computing would, and leaves the processor alone. Those
   * of the proofs at the start, which have 32 rows and more, stay quick.
   */
  readonly executionMs?: number;
  /** Every execution leaves a tensor behind. */
  readonly leak?: boolean;
  /** Where crashes are ordered, and where each realm says how it is. */
  readonly folder?: string;
}

/** How a worker thread is to die. */
export type Crash = 'throw' | 'out-of-memory' | 'exit';

/** What one realm says of itself, every second. */
export interface RealmReport {
  readonly main: boolean;
  readonly tensors: number;
  /** Resident memory of the process, in bytes. */
  readonly rss: number;
  /** Kinds of what keeps the event loop busy, and how many of each. */
  readonly resources: Readonly<Record<string, number>>;
}

/** The next execution in a worker thread of a service with this folder dies. */
export function orderCrash(folder: string, crash: Crash): void {
  writeFileSync(join(folder, CRASH), crash);
}

/** Whether nobody has died of the order yet. */
export function isOrdered(folder: string): boolean {
  return existsSync(join(folder, CRASH));
}

const CRASH = 'crash';
const PROOF_ROWS = 32;
const REPORT_EVERY_MS = 1_000;

interface Batch {
  readonly rows: number;
}
interface Model {
  run(batch: Batch): Promise<unknown>;
}
interface Backend {
  open(artifacts: unknown, placement: string): Promise<Model>;
}
interface Tensors {
  readonly memory: () => { readonly numTensors: number };
  readonly scalar: (value: number) => unknown;
}

const { PLANTED_FAULTS: text } = process.env;
if (text !== undefined && text !== '{}') await plant(JSON.parse(text) as Plan);

async function plant(plan: Plan): Promise<void> {
  const table = '../../dist/runtime/backends/index.js';
  const { BACKENDS } = (await import(table)) as { BACKENDS: Record<string, (options?: object) => Promise<Backend>> };
  for (const [name, start] of Object.entries(BACKENDS)) {
    BACKENDS[name] = async (options) => {
      const backend = await start(options);
      const tensors = (await import('@tensorflow/tfjs-core')) as Tensors;
      if (plan.folder !== undefined) report(plan.folder, tensors);
      return { ...backend, open: (...asked) => openFaulty(backend, asked, plan, tensors) };
    };
  }
}

async function openFaulty(
  backend: Backend,
  [artifacts, placement]: Parameters<Backend['open']>,
  plan: Plan,
  tensors: Tensors,
): Promise<Model> {
  const model = await backend.open(artifacts, placement);
  // The model itself is in the worker, whose realm has this file too.
  if (placement === 'worker') return model;
  const run = async (batch: Batch) => {
    if (batch.rows < PROOF_ROWS) await misbehave(plan, tensors);
    return model.run(batch);
  };
  return { ...model, run };
}

async function misbehave({ executionMs = 0, leak = false, folder }: Plan, tensors: Tensors): Promise<void> {
  if (leak) tensors.scalar(1);
  if (folder !== undefined && !isMainThread) await dieIfOrdered(join(folder, CRASH));
  if (executionMs > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, executionMs);
}

async function dieIfOrdered(order: string): Promise<void> {
  if (!existsSync(order)) return;
  const mine = `${order}-${threadId}`;
  try {
    renameSync(order, mine);
  } catch {
    // Another thread was quicker.
    return;
  }
  const crash = readFileSync(mine, 'utf8') as Crash;
  if (crash === 'exit') process.exit(7);
  if (crash === 'out-of-memory') hoard();
  setImmediate(() => {
    throw new Error('planted');
  });
  await new Promise(() => undefined);
}

/** NOTE: bit by bit: Node ends a thread within 16 MiB above its limit, and the whole process when more is taken in one go. */
function hoard(): never {
  let last: unknown;
  for (;;) last = { last };
}

function report(folder: string, tensors: Tensors): void {
  const file = join(folder, `realm-${process.pid}-${threadId}.json`);
  setInterval(() => {
    // Only there with --expose-gc; a service under test says what it holds, and not what it has not thrown away yet.
    globalThis.gc?.();
    // Requests to the system, such as a look at a folder, come and go; handles and timers are what could be forgotten.
    const lasting = process.getActiveResourcesInfo().filter((kind) => !kind.includes('Req'));
    const resources = Object.groupBy(lasting, (kind) => kind);
    const counts = Object.fromEntries(Object.entries(resources).map(([kind, all = []]) => [kind, all.length]));
    const { numTensors } = tensors.memory();
    const { rss } = process.memoryUsage();
    const about: RealmReport = { main: isMainThread, tensors: numTensors, rss, resources: counts };
    // In one piece, so that nobody reads half of it.
    writeFileSync(`${file}.new`, JSON.stringify(about));
    renameSync(`${file}.new`, file);
  }, REPORT_EVERY_MS).unref();
}
