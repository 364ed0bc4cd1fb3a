import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';

const RISKS = [
  ...Array.from({ length: 10 }, (_, index) => `API${index + 1}`),
  ...Array.from({ length: 10 }, (_, index) => `ML${String(index + 1).padStart(2, '0')}`),
];

interface Row {
  readonly risk: string;
  /** The last cell: files, each with the titles of tests in it. */
  readonly proof: string;
}

const document = await readFile('SECURITY.md', 'utf8');
const rows: Row[] = [...document.matchAll(/^\| ((?:API|ML)\d+) .*\| (.+?) \|$/gm)].map(([, risk, proof]) => ({
  risk: risk!,
  proof: proof!,
}));

/** `path`: "a title", "another"; `path` ... */
function proofsOf(text: string): { readonly path: string; readonly titles: readonly string[] }[] {
  return [...text.matchAll(/`([\w./-]+)`(?:: ((?:"[^"]+"(?:, )?)+))?/g)].map(([, path, quoted = '']) => ({
    path: path!,
    titles: [...quoted.matchAll(/"([^"]+)"/g)].map(([, title]) => title!),
  }));
}

/** Whether a test, or a group of them, that is not skipped has this title. */
function holds(source: string, title: string): boolean {
  const plain = title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^ *(?:it|describe)(?:\\.each\\([^]*?\\))?\\(\\s*(['"\`])${plain}(?:\\1|:)`, 'm').test(source);
}

describe('the threat model', () => {
  it('has every risk of both lists, once and in order', () => {
    expect(rows.map(({ risk }) => risk)).toEqual(RISKS);
  });

  it.each(rows)('names tests that there are: $risk', async ({ proof }) => {
    const proofs = proofsOf(proof);
    expect(proofs.length).toBeGreaterThan(0);
    // Whatever of the cell was not read would not be checked.
    const read = proofs.map(
      ({ path, titles }) =>
        `\`${path}\`${titles.length === 0 ? '' : ': '}${titles.map((title) => `"${title}"`).join(', ')}`,
    );
    expect(read.join('; ')).toBe(proof);
    for (const { path, titles } of proofs) {
      expect(path).toMatch(/\.spec\.ts$/);
      const source = await readFile(path, 'utf8');
      expect(titles.filter((title) => !holds(source, title))).toEqual([]);
    }
  });

  it('would miss a test that is gone or skipped', () => {
    expect(holds("  it('stands', () => {", 'stands')).toBe(true);
    expect(holds("  it.each([['a']])('stands: %s', () => {", 'stands')).toBe(true);
    expect(holds("  it.skip('stands', () => {", 'stands')).toBe(false);
    expect(holds("  it('stands no more', () => {", 'stands')).toBe(false);
  });
});
