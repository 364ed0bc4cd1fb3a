// The training command beside scikit-learn's logistic regression and multi-layer perceptron, on the same split of the same tables.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseArgs, promisify } from 'node:util';
import { BENCH, OUTPUT, ROOT } from '../paths.ts';
import { debianPython } from './debian-python.ts';
import { checkSklearnExports } from './sklearn-exports.ts';
import { type BenchTable, PART, TABLES } from './tables.ts';

/** What we may be worse by than the better of the peers. */
const MARGIN = 0.005;

interface Figures {
  readonly accuracy: number;
  /** Of processor time, of all threads. */
  readonly cpuSeconds: number;
}

interface Row {
  readonly table: string;
  readonly ours: Figures;
  readonly peers: { readonly logistic: Figures; readonly mlp: Figures } | null;
  readonly failures: readonly string[];
}

const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false }, table: { type: 'string' } } });
const chosen = TABLES.filter(({ name, quick }) =>
  values.table === undefined ? quick || !values.quick : name === values.table,
);
if (chosen.length === 0)
  throw new Error(`There is no table "${values.table}"; there is ${TABLES.map(({ name }) => name).join(', ')}.`);
const python = await debianPython();
if (python === undefined) {
  console.log('scikit-learn is left out: on Debian, apt-get install python3-sklearn python3-pandas.');
}
const folder = await mkdtemp(join(tmpdir(), 'tensornest-bench-'));
const rows: Row[] = [];
let differing: readonly string[] = [];
try {
  if (python !== undefined) differing = await checkSklearnExports(python, join(folder, 'exports'));
  for (const table of chosen) {
    rows.push(await measure(table));
    console.log(lineOf(rows.at(-1)!));
  }
} finally {
  await rm(folder, { recursive: true });
}
const report = markdown();
await mkdir(OUTPUT, { recursive: true });
await writeFile(
  join(OUTPUT, 'training.json'),
  JSON.stringify({ date: new Date().toISOString(), rows }, null, 2) + '\n',
);
await writeFile(join(OUTPUT, 'training.md'), report);
console.log(`\n${report}`);
const failures = [...differing, ...rows.flatMap((row) => row.failures)];
for (const failure of failures) console.error(failure);
const parts = [...rows.map((row) => row.failures), ...(python === undefined ? [] : [differing])];
const failed = parts.filter((part) => part.length > 0).length;
console.log(`${parts.length - failed} passed, ${failed} failed`);
process.exitCode = failures.length > 0 ? 1 : 0;

async function measure(table: BenchTable): Promise<Row> {
  const file = join(folder, `${table.name}.csv`);
  await writeFile(file, await table.csv());
  const ours = await train(file, table);
  const peers = python === undefined ? null : await fitPeers(python, file, table);
  const best = peers === null ? 0 : Math.max(peers.logistic.accuracy, peers.mlp.accuracy);
  const failures: string[] = [];
  if (ours.accuracy < best - MARGIN) failures.push(`${table.name}: ${ours.accuracy} where scikit-learn has ${best}.`);
  if (ours.accuracy < (table.least ?? 0)) failures.push(`${table.name}: ${ours.accuracy}, of ${table.least} at least.`);
  return { table: table.name, ours, peers, failures };
}

/** The whole command: reading, search, training, calibration, measuring, report and package. */
async function train(file: string, { name, target }: BenchTable): Promise<Figures> {
  const words = [file, '--target', target, '--split-column', PART, '--models', join(folder, 'models')];
  const more = ['--report', join(folder, `report-${name}`), '--no-cross-validation', '--json'];
  // The shell's own account of its children has the time of all threads.
  const script = '"$@" && times >&2';
  const child = spawn(
    'sh',
    ['-c', script, 'sh', process.execPath, join(ROOT, 'dist/cli/train.js'), ...words, ...more],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const ended = once(child, 'close');
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = (await ended) as [number];
  if (code !== 0) throw new Error(`The training of ${name} ended with ${code}: ${err.slice(-500)}`);
  const { heldOut } = JSON.parse(out) as { heldOut: { accuracy: number } };
  const times = [
    ...err
      .trimEnd()
      .split('\n')
      .at(-1)!
      .matchAll(/(\d+)m([\d.]+)s/g),
  ];
  return {
    accuracy: heldOut.accuracy,
    cpuSeconds: times.reduce((sum, [, minutes, seconds]) => sum + 60 * Number(minutes) + Number(seconds), 0),
  };
}

async function fitPeers(python: string, file: string, { target }: BenchTable): Promise<NonNullable<Row['peers']>> {
  const script = join(BENCH, 'training/sklearn_peers.py');
  // One thread, as the embedded backend has.
  const env = { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' };
  const { stdout } = await promisify(execFile)(python, [script, file, target, PART], { env, timeout: 1_200_000 });
  return JSON.parse(stdout) as NonNullable<Row['peers']>;
}

function lineOf({ table, ours, peers }: Row): string {
  const theirs =
    peers === null
      ? ''
      : `; scikit-learn: logistic ${peers.logistic.accuracy.toFixed(4)}, MLP ${peers.mlp.accuracy.toFixed(4)}`;
  return `${table}: ${ours.accuracy.toFixed(4)} in ${ours.cpuSeconds.toFixed(1)} s of processor time${theirs}`;
}

function markdown(): string {
  const head = ['table', 'accuracy', 'logistic regression', 'MLP', 'processor time', 'of both peers together'];
  const cells = rows.map(({ table, ours, peers }) => [
    table,
    ours.accuracy.toFixed(4),
    peers?.logistic.accuracy.toFixed(4) ?? '-',
    peers?.mlp.accuracy.toFixed(4) ?? '-',
    `${ours.cpuSeconds.toFixed(1)} s`,
    peers === null ? '-' : `x ${(ours.cpuSeconds / (peers.logistic.cpuSeconds + peers.mlp.cpuSeconds)).toFixed(1)}`,
  ]);
  const lines = [head, head.map((_, at) => (at === 0 ? '---' : '---:')), ...cells];
  return lines.map((line) => `| ${line.join(' | ')} |`).join('\n') + '\n';
}
