import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { percent } from '../../src/playground/logic/format.js';
import { openBrowser } from '../support/browser.js';
import { allCarRows } from '../support/car-rows.js';
import { displayed, SHOTS, violations, visit } from '../support/playground.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

const WINDOW = 500;
/** The page looks again every five seconds, the service counts every second. */
const SEEN = { timeout: 20_000 };
const SHIFTED = allCarRows().filter(({ safety, buying }) => safety === 'high' && buying !== 'low');

let service: TestApp;
let state: string;
let browser: Browser;

beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), 'tensornest-playground-'));
  service = await startTestApp({ FEEDBACK: 'true', STATE_DIR: state, DRIFT_WINDOW_ROWS: String(WINDOW) });
  browser = await openBrowser();
});
afterAll(async () => {
  await browser.close();
  await service.close();
  await rm(state, { recursive: true });
});

const card = (model: string) => `${service.url}/#model=${model}&view=card`;
const driftOf = (page: Page) => page.getByRole('region', { name: 'Drift', exact: true });

describe('drift', () => {
  it('comes onto the open model card by itself, with the distributions side by side, in light and dark', async () => {
    const { page, foreign, complaints } = await visit(browser, service.url, { reducedMotion: 'reduce' });
    await page.goto(card('car-evaluation'));
    const panel = driftOf(page);
    const status = panel.getByRole('status');
    await panel
      .getByText('Not enough rows for a verdict yet: 0 of 500 rows; after 1 hour 100 rows are enough.')
      .waitFor();
    expect(await panel.getByRole('progressbar', { name: 'Rows of the first window' }).getAttribute('value')).toBe('0');
    expect(await panel.getByRole('figure').count()).toBe(0);

    await service.post('/api/v1/models/car-evaluation/predict', { inputs: SHIFTED.slice(0, 200) }).expect(200);
    await panel.getByText('200 of 500 rows').waitFor(SEEN);
    expect(await panel.getByRole('figure').count()).toBe(8);

    await service.post('/api/v1/models/car-evaluation/predict', { inputs: SHIFTED.slice(0, 300) }).expect(200);
    await expect.poll(() => status.innerText(), SEEN).toMatch(/^No longer like training: Safety, Buying/);
    const { body } = await service.get('/api/v1/models/car-evaluation/drift').expect(200);
    const safety = body.versions[0].features.find(({ name }: { name: string }) => name === 'safety');
    const rows = panel.getByRole('table', { name: 'Distribution of Safety' }).locator('tbody tr');
    expect((await rows.allInnerTexts()).map((row) => row.split(/\s+/))).toEqual(
      safety.bins.map((bin: { label: string; reference: number; window: number }) => [
        bin.label,
        percent(bin.reference),
        percent(bin.window),
      ]),
    );
    const widths = await rows
      .last()
      .locator('rect')
      .evaluateAll((bars) => bars.map((bar) => bar.getAttribute('width')));
    expect(Number(widths[0]) / Number(widths[1])).toBeCloseTo(safety.bins[2].reference);
    await panel.getByText(`PSI ${safety.psi.toFixed(3)} · chi-square`).waitFor();
    await panel.getByRole('img', { name: /^Distribution of Confidence\. 0% to 10%: .* now\.$/ }).waitFor();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await violations(page)).toEqual([]);
      await panel.screenshot({ path: `${SHOTS}/drift-${colorScheme}.png` });
    }
    await page.setViewportSize({ width: 320, height: 640 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320);
    await panel.screenshot({ path: `${SHOTS}/drift-320.png` });
    expect([foreign, complaints]).toEqual([[], []]);
    await page.context().close();
  });

  it('says so where it is off, where the key may not see it, and where the service is gone', async () => {
    const off = await startTestApp({ DRIFT: 'off' });
    const { page } = await visit(browser, off.url);
    await page.goto(`${off.url}/#view=card`);
    await driftOf(page).getByText('Drift is not watched here: the service runs with DRIFT=off.').waitFor();
    const refuse = (status: number) =>
      page.route('**/drift', (route) =>
        route.fulfill({
          status,
          contentType: 'application/problem+json',
          body: '{"detail":"It needs \\"predict\\"."}',
        }),
      );
    await refuse(403);
    await page.reload();
    await driftOf(page).getByText('This key may not see it: It needs "predict".').waitFor();
    await page.unroute('**/drift');
    await page.route('**/drift', (route) => route.abort());
    await page.reload();
    await driftOf(page).getByRole('alert').getByText('The service cannot be reached.').waitFor();
    await page.context().close();
    await off.close();
  });
});

describe('feedback', () => {
  it('is sent beside the prediction, may be changed, and stands on the model card beside an estimate that is marked as one', async () => {
    const { page, complaints } = await visit(browser, service.url);
    await page.goto(`${service.url}/#model=penguins`);
    await displayed(page);
    await page.getByLabel('In truth it was').selectOption('Gentoo');
    await page.getByRole('button', { name: 'Send feedback' }).click();
    await page.getByText('Thank you: recorded.').waitFor();
    await page.getByLabel('In truth it was').selectOption('Adelie');
    await page.getByRole('button', { name: 'Send feedback' }).click();
    await page.getByText('Thank you: changed.').waitFor();
    await page.screenshot({ path: `${SHOTS}/feedback.png` });
    await page.goto('about:blank');
    await page.goto(`${service.url}/#model=penguins&view=card`);
    const quality = page.getByRole('region', { name: 'Quality in service' });
    await quality.waitFor();
    expect(await quality.getByRole('columnheader', { name: 'accuracy estimate' }).count()).toBe(1);
    expect(await quality.getByRole('row').nth(1).innerText()).toMatch(/of 1 row \(.+% to .+%\)/);
    const live = page.getByRole('table', { name: 'Live metrics of each class' });
    expect(await live.getByRole('row', { name: /^Adelie/ }).innerText()).toMatch(/^Adelie\s+–\s+0\.000\s+0\.000\s+1$/);
    await page.getByRole('table', { name: 'Live confusion matrix' }).waitFor();
    await page
      .getByRole('img', { name: /^Live reliability of the confidence: 0\.0% right at .* \(1 rows\)/ })
      .waitFor();
    expect(await violations(page)).toEqual([]);
    await page.screenshot({ path: `${SHOTS}/feedback-card.png`, fullPage: true });
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
