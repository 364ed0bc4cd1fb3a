import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';

// GitHub's parser imports its schema as bundlers do and Node does not.
registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    return specifier.endsWith('.json') ? { ...found, importAttributes: { type: 'json' } } : found;
  },
});
const { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } = await import('@actions/workflow-parser');

const FOLDER = '.github/workflows';
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Record<string, unknown>;
}
interface Workflow {
  readonly permissions: Record<string, string>;
  readonly jobs: Record<
    string,
    { readonly permissions?: object; readonly 'timeout-minutes': number; readonly steps: Step[] }
  >;
}

/** What GitHub's own parser says of it: fields, events, expressions. */
async function faultsOf(content: string): Promise<string[]> {
  const { context, value } = parseWorkflow({ name: 'ci.yaml', content }, new NoOperationTraceWriter());
  if (value !== undefined) await convertWorkflowTemplate(context, value);
  return context.errors.getErrors().map(({ message }) => message);
}

describe.each(readdirSync(FOLDER))('the workflow %s', (name) => {
  const text = readFileSync(join(FOLDER, name), 'utf8');
  const { permissions, jobs } = parse(text) as Workflow;
  const steps = Object.values(jobs).flatMap((job) => job.steps);

  it('is what GitHub takes', async () => {
    expect(await faultsOf(text)).toEqual([]);
  });

  it.each([
    ['runs-on:', 'run-on:', /run-on/],
    ['timeout-minutes: ', 'timeout-minutes: about ', /Unexpected value 'about/],
    ['    steps:', '    needs: nobody\n    steps:', /nobody|no dependencies/],
  ])('would not pass with "%s" as "%s"', async (right, wrong, fault) => {
    expect((await faultsOf(text.replace(right, wrong))).join('\n')).toMatch(fault);
  });

  it('may read the repository, and nothing else', () => {
    expect(permissions).toEqual({ contents: 'read' });
    for (const job of Object.values(jobs)) {
      expect(job.permissions).toBeUndefined();
      expect(job['timeout-minutes']).toBeLessThanOrEqual(90);
    }
  });

  it('runs actions that nobody can change, and leaves no credentials behind', () => {
    for (const { uses, with: words } of steps.filter((step) => step.uses !== undefined)) {
      expect(uses).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
      if (uses!.startsWith('actions/checkout@')) expect(words).toMatchObject({ 'persist-credentials': false });
    }
  });

  it('runs scripts and files that there are', () => {
    for (const command of steps.flatMap(({ run = '' }) => run.split('&&'))) {
      const [, script] = /npm run (\S+)/.exec(command) ?? [];
      if (script !== undefined) expect(Object.keys(scripts)).toContain(script);
      for (const [path] of command.matchAll(/(?:\.ci|test)\/\S+/g)) expect(existsSync(path), path).toBe(true);
    }
  });
});
