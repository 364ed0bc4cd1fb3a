import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const FOLDERS = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin'];

/** The path of a program from a Debian package, by default of its name; root on Debian gets it installed when it is missing. */
export function debianTool(name: string, packageName = name): string {
  const find = () => FOLDERS.map((folder) => `${folder}/${name}`).find((path) => existsSync(path));
  const found = find();
  if (found !== undefined) return found;
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) {
    throw new Error(`This test needs ${name}: on Debian, apt-get install ${packageName}.`);
  }
  const options = { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } } as const;
  execFileSync('apt-get', ['update'], options);
  execFileSync('apt-get', ['install', '-y', '--no-install-recommends', packageName], options);
  const installed = find();
  if (installed === undefined) throw new Error(`The package ${packageName} was installed, and has no program ${name}.`);
  return installed;
}
