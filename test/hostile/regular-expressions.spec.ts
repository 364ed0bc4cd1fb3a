import { globSync, readFileSync } from 'node:fs';
import { checkSync } from 'recheck';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

/** The rooms that see what clients send. */
const ROOMS = [
  'http',
  'access',
  'prediction',
  'encoding',
  'explain',
  'core',
  'model',
  'admin',
  'rollout',
  'health',
  'observability',
  'openapi',
  'home',
];
const LENGTH = 100_000;
/** `npm run fuzz` also proves, for each, that no text at all makes it exponential: a second or so each. */
const PROVE = process.env.EDGE_FUZZ_REQUESTS !== undefined;
/** An exponential one would take for ever, a quadratic one seconds. */
const MOST_MS = 300;

interface Found {
  readonly where: string;
  readonly regex: RegExp;
}

function regexesOf(file: string): Found[] {
  const found: Found[] = [];
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf('/');
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      found.push({
        where: `${file}:${line + 1}`,
        regex: new RegExp(node.text.slice(1, end), node.text.slice(end + 1)),
      });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const REGEXES = ROOMS.flatMap((room) => globSync(`src/${room}/**/*.ts`))
  .filter((file) => !file.endsWith('.spec.ts'))
  .flatMap(regexesOf);

/** Long texts that nearly match: of the letters that the expression itself names, and of those that it may mean. */
function worstTexts({ source }: RegExp): string[] {
  const letters = new Set([...source.replaceAll(/\\[a-zA-Z]/g, ''), ...' a0A"\\/-.,;=\t\n\0é']);
  const starts = ['', ...(/[a-z/]{3,}/gi.exec(source) ?? []), '"', '/models/', 'application/json;charset=', ', "', '-'];
  const texts: string[] = [];
  for (const letter of letters) for (const start of starts) texts.push(`${start}${letter.repeat(LENGTH)}\u0001`);
  for (const pair of ['a ', '0.', '\\"', '/a', ';a', ', ', '=,', '%2']) texts.push(`${pair.repeat(LENGTH / 2)}\u0001`);
  return texts;
}

describe('the regular expressions that clients can reach', () => {
  it('are found', () => {
    expect(REGEXES.length).toBeGreaterThan(20);
  });

  it.each(REGEXES.map(({ where, regex }) => [where, regex] as const))(
    '%s: %s is soon done with 100,000 letters',
    (_, regex) => {
      if (PROVE) {
        const proof = checkSync(regex.source, regex.flags.replaceAll(/[dv]/g, ''), {
          timeout: 5_000,
          checker: 'automaton',
        });
        if (proof.status === 'vulnerable') expect(proof.complexity.type).not.toBe('exponential');
      }
      let longest = 0;
      for (const text of worstTexts(regex)) {
        regex.lastIndex = 0;
        const started = performance.now();
        regex.test(text);
        longest = Math.max(longest, performance.now() - started);
      }
      expect(longest).toBeLessThan(MOST_MS);
    },
  );
});
