import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';

const run = promisify(execFile);
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

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

/** How each snippet is run, as its reader would run it. */
export const RUNNERS: Readonly<Record<string, (code: string) => Promise<string>>> = {
  curl: async (code) => {
    const { results } = JSON.parse((await run('sh', ['-c', code])).stdout) as { results: object[] };
    return JSON.stringify(results[0]);
  },
  JavaScript: async (code) => (await run(process.execPath, ['--input-type=module', '-e', code])).stdout,
  TypeScript: async (code) => (await run(process.execPath, ['--input-type=module-typescript', '-e', code])).stdout,
  Python: async (code) => (await run('python3', ['-c', code])).stdout,
};

/** Whether Python and its package `requests` (on Debian: python3-requests) are here. */
export async function hasPythonRequests(): Promise<boolean> {
  return run('python3', ['-c', 'import requests']).then(
    () => true,
    () => false,
  );
}
