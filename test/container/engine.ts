import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { debianTools } from '../support/debian-tool.js';
import { makeBaseImage } from './base-image.js';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');
const BASE = 'docker.io/library/node:24-bookworm-slim';

/** What builds images and runs containers: Docker where there is one, else buildah, podman and runc, which need no daemon. */
export interface Engine {
  readonly name: 'docker' | 'podman';
  /** The same words for both. */
  readonly program: string;
  /** What `run` needs on such a machine beside what the test is about. */
  readonly runWords: readonly string[];
  build(tag: string, recipe?: Recipe): Promise<void>;
}

/** What an image is built from: a folder, a Dockerfile in it, and build arguments, such as `BACKEND=wasm`. */
export interface Recipe {
  readonly folder: string;
  readonly dockerfile: string;
  readonly args?: readonly string[];
}

/** The image of the project. */
export const OURS: Recipe = { folder: ROOT, dockerfile: 'docker/Dockerfile' };

function wordsOf(tag: string, { folder, dockerfile, args = [] }: Recipe): string[] {
  return [...args.map((arg) => `--build-arg=${arg}`), '--tag', tag, '--file', join(folder, dockerfile), folder];
}

/** NOTE: asks the daemon, not the client: that one may be there alone. */
export function findEngine(): Engine {
  try {
    execFileSync('docker', ['info'], { stdio: 'ignore', timeout: 20_000 });
    return docker();
  } catch {
    return daemonless();
  }
}

function docker(): Engine {
  return {
    name: 'docker',
    program: 'docker',
    runWords: ['--network', 'host'],
    build: async (tag, recipe = OURS) => {
      await run('docker', ['build', ...wordsOf(tag, recipe)], { maxBuffer: 2 ** 28 });
    },
  };
}

function daemonless(): Engine {
  const { buildah, podman, mmdebstrap } = debianTools(
    { buildah: 'buildah', podman: 'podman', runc: 'runc', mmdebstrap: 'mmdebstrap' },
    ['catatonit'],
  );
  return {
    name: 'podman',
    program: podman,
    runWords: [
      '--runtime=runc',
      '--network=host',
      // Timers of systemd would run the health check; the test runs its command itself.
      '--no-healthcheck',
      // Whoever may not raise limits must name lower ones.
      '--ulimit=nofile=20000:20000',
      '--ulimit=nproc=4096:4096',
    ],
    build: async (tag, recipe = OURS) => {
      if (!(await reaches(podman))) makeBaseImage(BASE, mmdebstrap, podman);
      await run(buildah, ['bud', ...buildWords(), ...wordsOf(tag, recipe)], { maxBuffer: 2 ** 28 });
    },
  };
}

/** Whether the official image, or what stands in for it, is there or can be had. */
async function reaches(podman: string): Promise<boolean> {
  return run(podman, ['image', 'exists', BASE])
    .catch(() => run(podman, ['pull', '--quiet', BASE], { timeout: 60_000 }))
    .then(
      () => true,
      () => false,
    );
}

/** The steps run in a changed root and in this machine's network, with npm's settings, npm's cache and the certificates. */
function buildWords(): string[] {
  const npm = (name: string) =>
    execFileSync('npm', ['config', 'get', name], { encoding: 'utf8', cwd: tmpdir() }).trim();
  const mounts = [
    ['/etc/ssl/certs', '/etc/ssl/certs', 'ro'],
    [npm('globalconfig'), '/usr/local/etc/npmrc', 'ro'],
    [npm('cache'), '/root/.npm', 'rw'],
  ].filter(([here = '']) => existsSync(here));
  return [
    ...['--isolation=chroot', '--network=host', '--layers', '--pull-never'],
    // The other format has no place for a health check.
    '--format=docker',
    ...mounts.map((mount) => `--volume=${mount.join(':')}`),
  ];
}
