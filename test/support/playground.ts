import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';

const run = promisify(execFile);
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const TSC = resolve('node_modules/typescript/bin/tsc');

/** Where pictures of the views are left to be looked at. */
export const SHOTS = 'test/.output/playground';

export interface Visit {
  readonly page: Page;
  /** Requests to anywhere but the service. */
  readonly foreign: readonly string[];
  /** What the browser complained of: errors of scripts, and what the page's policy forbade. */
  readonly complaints: readonly string[];
}

/** A visitor with a browser profile of their own. */
export async function visit(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const page = await context.newPage();
  const [foreign, complaints]: [string[], string[]] = [[], []];
  page.on('request', (request) => {
    const asked = request.url();
    if (!/^(data|blob):/.test(asked) && new URL(asked).origin !== new URL(url).origin) foreign.push(asked);
  });
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  return { page, foreign, complaints };
}

/** Waits for a prediction to stand there, and reads the probabilities as they are displayed. */
export async function displayed(page: Page): Promise<Record<string, string>> {
  const table = page.getByRole('table', { name: 'Probability of each class' });
  await table.waitFor();
  const rows = await table.locator('tbody tr').all();
  const cells = await Promise.all(
    rows.map(async (row) => [
      await row.getByRole('rowheader').innerText(),
      (await row.locator('.figure').innerText()).trim(),
    ]),
  );
  return Object.fromEntries(cells);
}

/** Waits until the page shows a prediction of this class. */
export async function expectVerdict(page: Page, title: string): Promise<void> {
  await page.locator('.verdict strong', { hasText: title }).waitFor();
  expect(await page.locator('.verdict strong').innerText()).toBe(title);
}

/** What axe finds wrong with the page as it stands. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(await readFile(AXE, 'utf8'));
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    return (await axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  });
}

type Runner = (code: string, service: string) => Promise<string>;

/** How each snippet is run, as its reader would run it. */
export const RUNNERS: Readonly<Record<string, Runner>> = {
  curl: async (code) => {
    const { results } = JSON.parse((await run('sh', ['-c', code])).stdout) as { results: object[] };
    return JSON.stringify(results[0]);
  },
  JavaScript: async (code) => (await run(process.execPath, ['--input-type=module', '-e', code])).stdout,
  TypeScript: compileAndRun,
  Python: async (code) => (await run('python3', ['-c', code])).stdout,
};

/** In a project with the client that is generated from the service: strictly checked, then run. */
async function compileAndRun(code: string, service: string): Promise<string> {
  const project = await mkdtemp(join(tmpdir(), 'tensornest-snippet-'));
  try {
    const client = join(project, 'node_modules/tensornest-client');
    await run(process.execPath, [resolve('dist/cli/client.js'), service, '--out', client]);
    await writeFile(join(project, 'package.json'), '{"type":"module"}');
    await writeFile(join(project, 'app.ts'), code);
    const strict = ['--strict', '--module', 'nodenext', '--target', 'es2023', '--lib', 'es2023,dom', '--noEmit'];
    // What the compiler finds wrong stands in its output.
    await run(process.execPath, [TSC, ...strict, 'app.ts'], { cwd: project }).catch((error: unknown) => {
      throw new Error((error as { stdout: string }).stdout, { cause: error });
    });
    return (await run(process.execPath, ['app.ts'], { cwd: project })).stdout;
  } finally {
    await rm(project, { recursive: true });
  }
}

/** Whether Python and its package `requests` (on Debian: python3-requests) are here. */
export async function hasPythonRequests(): Promise<boolean> {
  return run('python3', ['-c', 'import requests']).then(
    () => true,
    () => false,
  );
}
