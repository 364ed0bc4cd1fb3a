// npm run release:check: everything that must hold before a release, step by step. --quick leaves out what takes minutes,
// --only versions,sbom runs these steps alone, --final says that the version itself is to be released now.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { productionPackages } from '../support/licences.ts';
import { versionFaults } from './versions.ts';

type Json = Record<string, unknown>;

interface Step {
  readonly name: string;
  /** Takes minutes. */
  readonly long?: true;
  /** Resolves to what is wrong. */
  readonly run: () => readonly string[];
}

const USAGE = 'npm run release:check -- [--quick] [--only <step>,<step>] [--final]';
const values = readWords();

function readWords() {
  const options = { quick: { type: 'boolean' }, only: { type: 'string' }, final: { type: 'boolean' } } as const;
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    return refuse(`${(error as Error).message}\n${USAGE}`);
  }
}

function refuse(message: string): never {
  process.stderr.write(`error: ${message}\n`);
  process.exit(2);
}

/** A command that says itself what is wrong. */
function command(...words: readonly [string, ...string[]]): () => readonly string[] {
  return () => {
    const [program, ...rest] = words;
    const { status } = spawnSync(program, rest, { stdio: 'inherit' });
    return status === 0 ? [] : [`${words.join(' ')} ended with ${status}`];
  };
}

const npm = (...words: string[]) => command('npm', 'run', '--silent', ...words);

const STEPS: readonly Step[] = [
  { name: 'versions', run: versions },
  { name: 'lint', long: true, run: npm('lint') },
  { name: 'build', long: true, run: npm('build') },
  { name: 'tests', long: true, run: command('npm', 'test') },
  { name: 'readme', long: true, run: command('npm', 'exec', '--', 'vitest', 'run', 'test/e2e/readme.spec.ts') },
  { name: 'package', run: npm('package:check') },
  { name: 'installed', long: true, run: npm('test:package') },
  { name: 'licences', run: npm('licences') },
  { name: 'sbom', run: billOfMaterials },
  { name: 'openapi', run: npm('openapi:breaking') },
];

function versions(): readonly string[] {
  const read = (file: string) => readFileSync(file, 'utf8');
  const { version } = JSON.parse(read('package.json')) as { version: string };
  const lock = JSON.parse(read('package-lock.json')) as {
    readonly version: string;
    readonly packages: Readonly<Record<string, { readonly version?: string }>>;
  };
  const { stdout } = spawnSync('git', ['tag', '--list', 'v*'], { encoding: 'utf8' });
  const tags = stdout.split('\n').filter((tag) => tag !== '');
  const locked = [lock.version, lock.packages['']?.version];
  return versionFaults({ version, locked, changelog: read('CHANGELOG.md'), tags }, values.final === true);
}

/** The bill names every package that runs in production. */
function billOfMaterials(): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'tensornest-sbom-'));
  try {
    // NOTE: npm's own --omit=dev leaves out what something of development needs too.
    const { devDependencies: _, ...packageFile } = JSON.parse(readFileSync('package.json', 'utf8')) as Json;
    const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as Json & { packages: Record<string, Json> };
    const kept = Object.entries(lock.packages).filter(([, { dev }]) => dev !== true);
    const packages = { ...Object.fromEntries(kept), '': packageFile };
    writeFileSync(join(folder, 'package.json'), JSON.stringify(packageFile));
    writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ ...lock, packages }));
    const words = ['sbom', '--package-lock-only', '--sbom-format=cyclonedx', '--sbom-type=application'];
    const { status, stdout, stderr } = spawnSync('npm', words, {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 67_108_864,
    });
    if (status !== 0) return [`npm sbom ended with ${status}: ${stderr}`];
    const { components } = JSON.parse(stdout) as { components: { readonly name: string; readonly version: string }[] };
    const named = new Set(components.map(({ name, version }) => `${name}@${version}`));
    process.stdout.write(`${named.size} packages\n`);
    const missing = productionPackages().filter(({ name, version }) => !named.has(`${name}@${version}`));
    return missing.map(({ name, version }) => `the bill of materials lacks ${name}@${version}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const only = values.only?.split(',');
const unknown = only?.filter((name) => !STEPS.some((step) => step.name === name)) ?? [];
if (unknown.length > 0) refuse(`there is no step ${unknown.join(', ')}: ${STEPS.map(({ name }) => name).join(', ')}.`);
const chosen = STEPS.filter(({ name, long }) => only?.includes(name) ?? !(values.quick === true && long === true));
const outcomes = chosen.map(({ name, run }) => {
  process.stdout.write(`=== ${name}\n`);
  const started = performance.now();
  const faults = run();
  for (const fault of faults) process.stdout.write(`${fault}\n`);
  return { name, passed: faults.length === 0, seconds: Math.round((performance.now() - started) / 1_000) };
});
process.stdout.write('\n');
for (const { name, passed, seconds } of outcomes) {
  process.stdout.write(`${passed ? 'passed' : 'FAILED'}  ${name} (${seconds} s)\n`);
}
const failed = outcomes.filter(({ passed }) => !passed).length;
process.stdout.write(`${outcomes.length - failed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
