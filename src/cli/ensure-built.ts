// Run by Node itself, before anything is built: only syntax that erases, only Node's own modules.
import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const SETTINGS = ['package-lock.json', 'nest-cli.json', 'bundle.ts', 'tsconfig.json', 'tsconfig.build.json'];

/** Milliseconds since the epoch; 0 for what does not exist. */
function changedAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function sources(): string[] {
  const files = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' });
  return [...SETTINGS, ...files.map((file) => join('src', file))].map((file) => join(ROOT, file));
}

/** Builds `dist/` unless it is newer than every source. */
export function ensureBuilt(): void {
  // The page is built last.
  const built = changedAt(join(ROOT, 'dist/playground/index.html'));
  if (built > 0 && sources().every((file) => changedAt(file) <= built)) return;
  process.stderr.write('Building dist/ ...\n');
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] });
}

if (import.meta.main) ensureBuilt();
