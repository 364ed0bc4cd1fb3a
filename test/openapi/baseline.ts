import { execFileSync } from 'node:child_process';
import { prerelease, rcompare, valid } from 'semver';

/** What an API is compared with. */
export type Baseline =
  /** The newest release: what it promised holds until the version says otherwise. */
  | { readonly kind: 'release'; readonly commit: string; readonly version: string }
  /** Before the first one: where the branch left the base branch. Nothing was promised. */
  | { readonly kind: 'branch'; readonly commit: string; readonly name: string };

/**
 * @param git runs git with these words and gives what it prints; throws where git fails.
 * @throws Error where the clone cannot say: it is shallow, so tags may be missing, or has no base branch.
 */
export function baselineOf(git: (...words: string[]) => string): Baseline {
  if (isShallow(git)) {
    throw new Error('This clone is shallow, so releases may be missing: git fetch --unshallow --tags');
  }
  const [tag] = git('tag', '--list', 'v*')
    .split('\n')
    .filter((name) => valid(name) !== null && prerelease(name) === null)
    .sort(rcompare);
  if (tag !== undefined) return { kind: 'release', commit: tag, version: valid(tag)! };
  for (const name of ['origin/HEAD', 'origin/main', 'main']) {
    try {
      return { kind: 'branch', commit: git('merge-base', 'HEAD', name).trim(), name };
    } catch {
      // Not every clone has each of them.
    }
  }
  throw new Error('There is no release, and no branch main to compare with.');
}

function isShallow(git: (...words: string[]) => string): boolean {
  try {
    return git('rev-parse', '--is-shallow-repository').trim() === 'true';
  } catch (error) {
    throw new Error('This folder is no clone of a git repository, so there is nothing to compare with.', {
      cause: error,
    });
  }
}

/** Git in the current folder. */
export function git(...words: string[]): string {
  return execFileSync('git', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 2 ** 26 });
}
