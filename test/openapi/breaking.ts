// npm run openapi:breaking -- [commit or tag]: what in openapi.json breaks clients of the last release, or of another commit.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { breakingChanges } from './breaking-changes.ts';

const git = (...words: string[]) =>
  execFileSync('git', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

function lastRelease(): string | undefined {
  return git('tag', '--list', 'v*', '--sort=-v:refname')
    .split('\n')
    .find((tag) => tag !== '');
}

const since = process.argv[2] ?? lastRelease();
if (since === undefined) {
  process.stdout.write('No release yet (no tag such as v1.0.0), so nothing can break.\n');
} else {
  const before = JSON.parse(git('show', `${since}:openapi.json`));
  const found = breakingChanges(before, JSON.parse(readFileSync('openapi.json', 'utf8')));
  for (const line of found) process.stdout.write(`${line}\n`);
  process.stdout.write(`${found.length} changes since ${since} break clients.\n`);
  if (found.length > 0) {
    process.stdout.write('Keep the old form beside the new one, or release a new major version.\n');
    process.exitCode = 1;
  }
}
