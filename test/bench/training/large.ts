// The training command on 100,000 rows of 20 columns: how long it takes, and how much memory.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from '../paths.ts';
import { writeMadeUpTable } from './made-up-table.ts';

const MOST_MINUTES = 10;
const MOST_MB = 1_000;
const SEED = 42;

interface Usage {
  readonly peakMb: number;
  readonly cpuSeconds: number;
}

const { values } = parseArgs({ options: { rows: { type: 'string', default: '100000' } } });
const folder = await mkdtemp(join(tmpdir(), 'tensornest-large-'));
try {
  const table = join(folder, 'large.csv');
  await writeMadeUpTable(table, Number(values.rows), SEED);
  const start = performance.now();
  const words = [table, '--target', 'y', '--models', join(folder, 'models'), '--report', join(folder, 'report')];
  const child = spawn(process.execPath, [join(ROOT, 'dist/cli/train.js'), ...words], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  let usage: Usage = { peakMb: 0, cpuSeconds: 0 };
  const watch = setInterval(() => {
    void usageOf(child.pid!).then((seen) => (usage = seen ?? usage));
  }, 500);
  const [code] = (await once(child, 'exit')) as [number | null];
  clearInterval(watch);
  const minutes = (performance.now() - start) / 60_000;
  const { peakMb, cpuSeconds } = usage;
  console.log(
    `${minutes.toFixed(1)} minutes, ${cpuSeconds.toFixed(0)} s of processor time, ${peakMb.toFixed(0)} MB at most`,
  );
  const good = code === 0 && minutes <= MOST_MINUTES && peakMb <= MOST_MB;
  if (!good)
    console.error(`It should end with 0 within ${MOST_MINUTES} minutes and ${MOST_MB} MB; it ended with ${code}.`);
  console.log(good ? '1 passed, 0 failed' : '0 passed, 1 failed');
  process.exitCode = good ? 0 : 1;
} finally {
  await rm(folder, { recursive: true });
}

/** Of a running process, as Linux counts it; undefined once it has ended. */
async function usageOf(pid: number): Promise<Usage | undefined> {
  try {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    const stat = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]!.split(' ');
    const [user, system] = [Number(stat[11]), Number(stat[12])];
    return { peakMb: Number(/VmHWM:\s+(\d+)/.exec(status)![1]) / 1_000, cpuSeconds: (user + system) / 100 };
  } catch {
    return undefined;
  }
}
