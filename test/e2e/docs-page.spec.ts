import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser } from '../support/browser.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

let service: TestApp;
let browser: Browser;
let page: Page;
const foreign: string[] = [];

beforeAll(async () => {
  service = await startTestApp();
  browser = await openBrowser();
  page = await browser.newPage({ viewport: { width: 1280, height: 1600 } });
  page.on('request', (request) => {
    if (!/^(data:|blob:)/.test(request.url()) && !request.url().startsWith(service.url)) foreign.push(request.url());
  });
});
afterAll(async () => {
  await browser.close();
  await service.close();
});

describe('the /docs page in a browser', () => {
  it('gives a real prediction for the prepared example with "Try it out" already open', async () => {
    await page.goto(`${service.url}/docs`);
    const operation = page.locator('#operations-car-evaluation-predictCarEvaluation');
    await operation.getByRole('button').first().click();
    await operation.getByRole('button', { name: 'Execute' }).click();
    const answer = operation.locator('.live-responses-table');
    await answer.getByText('"predictions"').first().waitFor();
    expect(await answer.innerText()).toContain('"model": "car-evaluation"');
    await page.screenshot({ path: 'test/.output/docs.png' });
  });

  it('asks nothing of the outside', () => {
    expect(foreign).toEqual([]);
  });
});

describe('the index page in a browser', () => {
  it('leads to the documentation', async () => {
    await page.goto(service.url);
    await page.screenshot({ path: 'test/.output/index.png' });
    await page.getByRole('link', { name: 'API docs' }).click();
    await page.waitForURL(/\/docs/);
    expect(foreign).toEqual([]);
  });
});
