import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** Linux counts processor time in ticks of 10 ms on every platform that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Resident memory in MiB, or NaN where the system does not tell. */
export async function residentMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1_024;
}

/** Seconds of processor time that all threads of the process have used, or NaN where the system does not tell. */
export async function cpuSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The command's name stands in parentheses and may hold spaces; utime and stime are the 12th and 13th field after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Resolves when the process has come to rest: less than a tenth of a processor over 200 ms. Gives up after 10 s. */
export async function untilIdle(pid: number): Promise<void> {
  let last = await cpuSeconds(pid);
  for (let look = 0; look < 50; look += 1) {
    await sleep(200);
    const now = await cpuSeconds(pid);
    // Written so that a figure that cannot be read ends the wait.
    if (!(now - last > 0.02)) return;
    last = now;
  }
}
