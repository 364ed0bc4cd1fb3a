import { describe, expect, it } from 'vitest';
import { type Told, versionFaults } from './versions.js';

const told = (version: string, headings: readonly string[], more: Partial<Told> = {}): Told => ({
  version,
  locked: [version, version],
  changelog: `# Changelog\n\n${headings.map((heading) => `## ${heading}\n\n- something\n`).join('\n')}`,
  tags: [],
  ...more,
});

describe('versions', () => {
  it.each([
    ['before the first release', told('0.1.0', ['Unreleased'])],
    [
      'between releases',
      told('1.2.0', ['Unreleased', '1.2.0 - 2026-01-31', '1.1.0 - 2025-12-01'], { tags: ['v1.2.0', 'v1.1.0'] }),
    ],
    ['before the next one', told('1.3.0', ['Unreleased', '1.2.0 - 2026-01-31'])],
  ])('agree %s', (_, known) => {
    expect(versionFaults(known, false)).toEqual([]);
  });

  it('agree at a release', () => {
    expect(
      versionFaults(told('1.3.0', ['1.3.0 - 2026-02-28', '1.2.0 - 2026-01-31'], { tags: ['v1.2.0'] }), true),
    ).toEqual([]);
  });

  it.each([
    [told('1.2', ['Unreleased']), false, 'package.json: 1.2 is no semantic version'],
    [told('1.2.0', ['Unreleased'], { locked: ['1.2.0', '1.1.0'] }), false, 'package-lock.json: not 1.2.0'],
    [told('1.2.0', ['1.1.0 - 2026-01-31']), false, 'has neither "## 1.2.0 - <day>" nor "## Unreleased"'],
    [told('1.1.0', ['Unreleased', '1.2.0 - 2026-01-31']), false, '1.1.0 is older than 1.2.0'],
    [told('1.2.0', ['1.2.0 - 31.1.2026']), false, '"## 1.2.0 - 31.1.2026" must be like'],
    [told('1.2.0', ['1.2.0']), false, '"## 1.2.0" must be like'],
    [told('1.2.0', ['1.1.0 - 2026-01-31', '1.2.0 - 2026-02-28']), false, '1.2.0 must stand above 1.1.0'],
    [told('1.2.0', ['1.2.0 - 2026-01-31'], { tags: ['v1.1.9'] }), false, 'says nothing of v1.1.9'],
    [told('1.2.0', ['Unreleased']), true, '"## Unreleased" must become "## 1.2.0 - <day>"'],
    [told('1.2.0', ['1.2.0 - 2026-01-31'], { tags: ['v1.2.0'] }), true, '1.2.0 was released already'],
  ])('do not agree: %j', (known, final, fault) => {
    expect(versionFaults(known, final).join('\n')).toContain(fault);
  });
});
