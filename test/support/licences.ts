import { readFileSync } from 'node:fs';

/** What a package that runs in production may be under, as SPDX expressions: nothing that asks for more than being named. */
export const ALLOWED_LICENCES: readonly string[] = [
  '0BSD',
  'Apache-2.0',
  'Apache-2.0 AND MIT',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '(BSD-3-Clause AND Apache-2.0)',
  // Of data: the lists of licences themselves.
  'CC-BY-3.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'Python-2.0',
];

/** Packages whose package.json says it in a form that the lock file does not take over, as their licence files say. */
const ELSEWHERE: Readonly<Record<string, string>> = { busboy: 'MIT', streamsearch: 'MIT' };

export interface LicensedPackage {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
}

/** Every package that is not for development only, by the lock file, sorted. */
export function productionPackages(): LicensedPackage[] {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
    packages: Record<string, { version: string; license?: string; dev?: true }>;
  };
  const found = new Map<string, LicensedPackage>();
  for (const [path, { version, license, dev }] of Object.entries(packages)) {
    if (path === '' || dev === true) continue;
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    found.set(`${name}@${version}`, { name, version, licence: license ?? ELSEWHERE[name] ?? 'none' });
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
