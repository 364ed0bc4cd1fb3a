import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { realpathSync } from 'node:fs';

/** What the official image has of Debian: enough for Node, npm and a shell. */
const PACKAGES =
  'base-files,base-passwd,bash,ca-certificates,coreutils,dash,findutils,grep,gzip,libc-bin,libstdc++6,sed,tar';

/**
 * A stand-in for an official Node image, where no registry of images can be reached: Debian's packages of the same release,
 * unpacked, with the Node and npm that run this test, and the user `node` (1000).
 */
export function makeBaseImage(tag: string, mmdebstrap: string, podman: string): void {
  const npm = join(dirname(realpathSync(join(dirname(npmPath()), 'npm'))), '..');
  const hooks = [
    'cp "$1/usr/share/base-passwd/passwd.master" "$1/etc/passwd"',
    'cp "$1/usr/share/base-passwd/group.master" "$1/etc/group"',
    'echo "node:x:1000:1000::/home/node:/bin/sh" >> "$1/etc/passwd"',
    'echo "node:x:1000:" >> "$1/etc/group"',
    'install -d -o 1000 -g 1000 "$1/home/node"',
    'install -d "$1/usr/local/bin" "$1/usr/local/lib/node_modules"',
    'rm -rf "$1/usr/share/doc" "$1/usr/share/man" "$1/usr/share/locale" "$1/usr/share/info"',
    `cp "${process.execPath}" "$1/usr/local/bin/node"`,
    `cp -r "${npm}" "$1/usr/local/lib/node_modules/npm"`,
    'ln -s ../lib/node_modules/npm/bin/npm-cli.js "$1/usr/local/bin/npm"',
  ].map((hook) => `--extract-hook=${hook}`);
  const rootfs = execFileSync(
    mmdebstrap,
    ['--quiet', '--variant=extract', `--include=${PACKAGES}`, ...hooks, 'bookworm', '-'],
    { maxBuffer: 2 ** 30, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const path = 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  execFileSync(podman, ['import', '--quiet', '--change', path, '--change', 'CMD ["node"]', '-', tag], {
    input: rootfs,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
}

function npmPath(): string {
  return execFileSync('/bin/sh', ['-c', 'command -v npm'], { encoding: 'utf8' }).trim();
}
