import { rcompare, valid } from 'semver';

export interface Told {
  /** Of package.json. */
  readonly version: string;
  /** Of package-lock.json, in both of its places. */
  readonly locked: readonly (string | undefined)[];
  readonly changelog: string;
  /** Tags such as `v1.0.0`. */
  readonly tags: readonly string[];
}

const HEADING = /^## (.*)$/gm;
const RELEASED = /^(\S+) - (\d{4}-\d{2}-\d{2})$/;
const UNRELEASED = 'Unreleased';

/**
 * What does not agree: versions are semantic, the change log has a heading `## 1.2.3 - 2026-01-31` for each release, newest
 * first, and what is not released yet stands above them under `## Unreleased`.
 *
 * @param final the version itself is to be released now, so it has its heading and nothing is left above it.
 */
export function versionFaults({ version, locked, changelog, tags }: Told, final: boolean): string[] {
  const faults: string[] = [];
  if (valid(version) !== version) faults.push(`package.json: ${version} is no semantic version`);
  if (locked.some((other) => other !== version)) faults.push(`package-lock.json: not ${version}; run npm install`);
  const headings = [...changelog.matchAll(HEADING)].map(([, text]) => text!);
  const open = headings[0] === UNRELEASED;
  const releases = (open ? headings.slice(1) : headings).map((heading) => RELEASED.exec(heading)?.[1] ?? heading);
  for (const [index, heading] of headings.slice(open ? 1 : 0).entries()) {
    const [, release, day] = RELEASED.exec(heading) ?? [];
    if (release === undefined || valid(release) !== release || Number.isNaN(Date.parse(day!))) {
      faults.push(`CHANGELOG.md: "## ${heading}" must be like "## 1.2.3 - 2026-01-31"`);
    } else if (index > 0 && valid(releases[index - 1]) !== null && rcompare(releases[index - 1]!, release) >= 0) {
      faults.push(`CHANGELOG.md: ${release} must stand above ${releases[index - 1]}`);
    }
  }
  const [latest] = releases.filter((release) => valid(release) !== null);
  if (latest !== undefined && rcompare(version, latest) > 0) {
    faults.push(`package.json: ${version} is older than ${latest} in CHANGELOG.md`);
  }
  if (version !== latest && !open)
    faults.push(`CHANGELOG.md: has neither "## ${version} - <day>" nor "## ${UNRELEASED}"`);
  for (const tag of tags) {
    if (valid(tag) !== null && !releases.includes(tag.slice(1))) faults.push(`CHANGELOG.md: says nothing of ${tag}`);
  }
  if (final && open) faults.push(`CHANGELOG.md: "## ${UNRELEASED}" must become "## ${version} - <day>"`);
  if (final && tags.includes(`v${version}`)) faults.push(`package.json: ${version} was released already`);
  return faults;
}
