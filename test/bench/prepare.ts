import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import type { Generator } from './load.ts';
import { BENCH, MAIN, OUTPUT, ROOT } from './paths.ts';
import type { ServerSpec } from './servers.ts';

const run = promisify(execFile);
const LONG = { timeout: 600_000, maxBuffer: 16 * 1_024 * 1_024 };
const PYTHON_PACKAGES = ['python3-fastapi', 'python3-uvicorn', 'python3-sklearn', 'python3-pandas'];

/** Says what was left out and why; the report repeats it. */
export type Notice = (text: string) => void;

const works = (file: string, args: string[]): Promise<boolean> =>
  run(file, args, LONG).then(
    () => true,
    () => false,
  );

/** wrk where it is or can be installed, since it takes the least processor time; autocannon elsewhere. */
export async function prepareGenerator(notice: Notice): Promise<Generator> {
  const there = () => works('sh', ['-c', 'command -v wrk']);
  if ((await there()) || ((await installDebian(['wrk'])) && (await there()))) return 'wrk';
  await installPeers();
  notice('wrk is not installed: autocannon drives the servers, takes more of the processor and lowers every ratio.');
  return 'autocannon';
}

/** The servers that can run here; installs what they need where it can. */
export async function prepareServers(
  servers: readonly ServerSpec[],
  main: string,
  notice: Notice,
): Promise<ServerSpec[]> {
  const needs = new Set(servers.map((server) => server.needs));
  const missing = new Set<ServerSpec['needs']>();
  if (needs.has('build') && !existsSync(main)) throw new Error(`${main} is missing: build the service first.`);
  if (needs.has('peers')) await installPeers();
  if (needs.has('python') && !(await preparePython())) {
    missing.add('python');
    notice(`fastapi was left out: it needs Debian's ${PYTHON_PACKAGES.join(', ')}.`);
  }
  return servers.filter((server) => !missing.has(server.needs));
}

async function preparePython(): Promise<boolean> {
  const there = () => works('/usr/bin/python3', ['-c', 'import fastapi, uvicorn, sklearn, pandas']);
  return (await there()) || ((await installDebian(PYTHON_PACKAGES)) && (await there()));
}

/** Only where it needs no password and changes no developer's machine unasked: as root on Debian, as in a container. */
export async function installDebian(packages: readonly string[]): Promise<boolean> {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return false;
  console.error(`Installing ${packages.join(', ')} ...`);
  const install = ['install', '-y', '-qq', '--no-install-recommends', ...packages];
  return (await works('apt-get', ['update', '-qq'])) && (await works('apt-get', install));
}

async function installPeers(): Promise<void> {
  // npm writes the installed tree's own lock last, so it is there only after a whole install.
  const installed = await readFile(join(BENCH, 'node_modules/.package-lock.json'), 'utf8').catch(() => undefined);
  if (installed?.includes('"node_modules/onnxruntime-node"')) return;
  console.error('Installing the peers ...');
  // The scripts would download GPU binaries; the CPU binary is in the package.
  await run('npm', ['ci', '--ignore-scripts', '--prefix', BENCH], LONG);
}

/** A copy of the project's own build, so that building again does not disturb a run of half an hour. */
export async function freezeBuild(main: string): Promise<string> {
  // Another build may find its packages or files from where it lies.
  if (main !== MAIN) return main;
  const copy = join(OUTPUT, 'build');
  await rm(copy, { recursive: true, force: true });
  const dist = join(ROOT, 'dist');
  await cp(dist, copy, { recursive: true });
  return join(copy, relative(dist, main));
}

/** The ONNX twin of a package's network, checked against its golden records. */
export async function exportOnnx(packageDir: string, name: string): Promise<string> {
  const file = join(OUTPUT, 'onnx', `${name}.onnx`);
  await mkdir(dirname(file), { recursive: true });
  const { stdout } = await run(process.execPath, [join(BENCH, 'onnx-export.ts'), packageDir, file], LONG);
  console.error(stdout.trim());
  return file;
}
