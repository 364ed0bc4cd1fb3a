import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const FOLDERS = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin'];

/** The path of a program from a Debian package, by default of its name; root on Debian gets it installed when it is missing. */
export function debianTool(name: string, packageName = name): string {
  return debianTools({ [name]: packageName })[name]!;
}

/** The same of several programs, with their packages, in one go; `helpers` are packages that have no program to look for. */
export function debianTools<Name extends string>(
  packages: Readonly<Record<Name, string>>,
  helpers: readonly string[] = [],
): Readonly<Record<Name, string>> {
  const names = Object.keys(packages) as Name[];
  const missing = names.filter((name) => find(name) === undefined);
  if (missing.length > 0) install([...missing.map((name) => packages[name]), ...helpers]);
  const found = names.map((name) => {
    const path = find(name);
    if (path === undefined) throw new Error(`The package ${packages[name]} was installed, and has no program ${name}.`);
    return [name, path] as const;
  });
  return Object.fromEntries(found) as Record<Name, string>;
}

function find(name: string): string | undefined {
  return FOLDERS.map((folder) => `${folder}/${name}`).find((path) => existsSync(path));
}

function install(packages: readonly string[]): void {
  const list = packages.join(' ');
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) {
    throw new Error(`This test needs ${list}: on Debian, apt-get install ${list}.`);
  }
  const options = { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } } as const;
  execFileSync('apt-get', ['update'], options);
  execFileSync('apt-get', ['install', '-y', '--no-install-recommends', ...packages], options);
}
