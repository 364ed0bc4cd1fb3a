import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';

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

describe.each(readdirSync(FOLDER))('the workflow %s', (name) => {
  const { permissions, jobs } = parse(readFileSync(join(FOLDER, name), 'utf8')) as Workflow;
  const steps = Object.values(jobs).flatMap((job) => job.steps);

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
