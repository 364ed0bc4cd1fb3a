// npm run openapi:breaking -- [commit or tag]: what in openapi.json breaks clients of the last release, or of another commit.
// Before the first release it compares with the base branch and only tells.
import type { OpenAPIObject } from '@nestjs/swagger';
import { readFileSync } from 'node:fs';
import { diff } from 'semver';
import { type Baseline, baselineOf, git } from './baseline.ts';
import { breakingChanges } from './breaking-changes.ts';

const DOCUMENT = 'openapi.json';
const say = (line: string) => process.stdout.write(`${line}\n`);

/** Whether clients must expect that something breaks: https://semver.org, 4 and 8. */
function mayBreak(released: string, version: string): boolean {
  const step = diff(released, version) ?? '';
  return step.endsWith('major') || (released.startsWith('0.') && step.endsWith('minor'));
}

function check(since: Baseline): boolean {
  let before: string;
  try {
    before = git('show', `${since.commit}:${DOCUMENT}`);
  } catch {
    say(`${since.commit} has no ${DOCUMENT}, so there is nothing to compare with.`);
    return since.kind === 'branch';
  }
  const found = breakingChanges(JSON.parse(before), readDocument());
  for (const line of found) say(line);
  if (since.kind === 'branch') {
    say(`No release yet (no tag such as v1.0.0): compared with ${since.name} at ${since.commit.slice(0, 12)}.`);
    say(`${found.length} changes break clients. Nobody was promised anything before the first release.`);
    return true;
  }
  say(`${found.length} changes since ${since.commit} break clients.`);
  if (found.length === 0) return true;
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  if (mayBreak(since.version, version)) {
    say(`${version} may: it says so by its number.`);
    return true;
  }
  say(`${version} may not: keep the old form beside the new one, or make it a new major version.`);
  return false;
}

try {
  const since = baseline(process.argv.slice(2));
  if (!check(since)) process.exitCode = 1;
} catch (error) {
  process.stderr.write(`error: ${(error as Error).message}\n`);
  process.exitCode = 2;
}

function baseline([commit, ...more]: readonly string[]): Baseline {
  if (more.length > 0) throw new Error('npm run openapi:breaking -- [commit or tag] takes one of them.');
  if (commit === undefined) return baselineOf(git);
  try {
    const { version } = JSON.parse(git('show', `${commit}:package.json`)) as { version: string };
    return { kind: 'release', commit, version };
  } catch (error) {
    throw new Error(`${commit} is no commit or tag with a package.json: npm run openapi:breaking -- [commit or tag]`, {
      cause: error,
    });
  }
}

function readDocument(): OpenAPIObject {
  try {
    return JSON.parse(readFileSync(DOCUMENT, 'utf8')) as OpenAPIObject;
  } catch (error) {
    throw new Error(`${DOCUMENT} cannot be read, "npm run openapi" writes it: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
