import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const FOLDERS = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin'];

/** The path of a program from the Debian package of this name; root on Debian gets it installed when it is missing. */
export function debianTool(name: string): string {
  const find = () => FOLDERS.map((folder) => `${folder}/${name}`).find((path) => existsSync(path));
  const found = find();
  if (found !== undefined) return found;
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) {
    throw new Error(`This test needs ${name}: on Debian, apt-get install ${name}.`);
  }
  const options = { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } } as const;
  execFileSync('apt-get', ['update'], options);
  execFileSync('apt-get', ['install', '-y', '--no-install-recommends', name], options);
  const installed = find();
  if (installed === undefined) throw new Error(`The package ${name} was installed, and has no program of that name.`);
  return installed;
}
