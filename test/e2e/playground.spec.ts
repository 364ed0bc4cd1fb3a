import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { percent } from '../../src/playground/logic/format.js';
import { openBrowser } from '../support/browser.js';
import { displayed, expectVerdict, hasPythonRequests, RUNNERS, visit, type Visit } from '../support/playground.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

/** An answer is remembered once it has stood for 1.2 s: longer than a poll waits by itself. */
const REMEMBERED = { timeout: 10_000 };

let service: TestApp;
let browser: Browser;
let visitor: Visit;

async function arrive(fragment = ''): Promise<Visit['page']> {
  visitor = await visit(browser, service.url);
  await visitor.page.goto(`${service.url}/${fragment}`);
  await displayed(visitor.page);
  return visitor.page;
}

beforeAll(async () => {
  service = await startTestApp({ VERSION_POLICY: 'all' });
  browser = await openBrowser();
});
afterEach(async () => {
  expect(visitor.foreign).toEqual([]);
  expect(visitor.complaints).toEqual([]);
  await visitor.page.context().close();
});
afterAll(async () => {
  await browser.close();
  await service.close();
});

describe('the first view', () => {
  it('answers without a click', async () => {
    await expectVerdict(await arrive(), 'Very good');
  });

  it('says where the time went', async () => {
    const page = await arrive();
    expect(await page.getByText(/in the service \(encode .*queue .*infer/).count()).toBe(1);
    expect(await page.getByText(/^[\da-f-]{36}$/).count()).toBe(1);
  });

  it('explains a wrong value beside its field, marks one that training never saw, and keeps the form', async () => {
    const page = await arrive('#model=penguins');
    const mass = page.getByRole('textbox', { name: 'Body mass g' });
    await mass.fill('99999');
    await page.getByText('The most is 9000 g.').waitFor();
    expect(await mass.getAttribute('aria-invalid')).toBe('true');
    expect(await page.getByRole('button', { name: 'Predict' }).isDisabled()).toBe(true);
    await mass.fill('8500');
    await page.getByText('Training saw nothing like the value of Body mass').waitFor();
    await mass.fill('');
    await expect.poll(() => page.getByText('outside training').count()).toBe(0);
    await page.getByRole('button', { name: 'Reset to example' }).click();
    expect(await mass.inputValue()).toBe('4050');
  });

  it('keeps the answer and the buttons in sight, however far down the edited field is', async () => {
    const page = await arrive('#model=penguins');
    await page.setViewportSize({ width: 1280, height: 480 });
    await page.evaluate(`{
      const form = document.querySelector('form');
      scrollTo(0, form.getBoundingClientRect().top - 16);
      form.scrollTop = form.scrollHeight;
    }`);
    const inSight = (place: { y: number } | null) => place !== null && place.y >= 0 && place.y < 460;
    expect(inSight(await page.getByRole('group', { name: 'Sex' }).boundingBox())).toBe(true);
    expect(inSight(await page.locator('.verdict').boundingBox())).toBe(true);
    expect(inSight(await page.getByRole('button', { name: 'Predict' }).boundingBox())).toBe(true);
  });

  it('asks again with Ctrl+Enter', async () => {
    const page = await arrive();
    const asked = page.waitForRequest(/predict$/);
    await page.getByRole('radio', { name: 'vhigh' }).first().press('Control+Enter');
    await asked;
  });
});

describe('explanations', () => {
  it('add up from the base value to the displayed probability', async () => {
    const page = await arrive('#model=penguins');
    const table = page.getByRole('table', { name: /^Contribution of each feature to Chinstrap/ });
    await table.waitFor();
    const figures = (await table.locator('.figure').allInnerTexts()).map(Number);
    const [, base, end] = /gives Chinstrap ([\d.]+)%.*to ([\d.]+)%/.exec(
      await page.getByText(/On average/).innerText(),
    )!;
    expect(figures).toHaveLength(6);
    // Each of the figures is rounded to a tenth.
    expect(Math.abs(Number(base) + figures.reduce((sum, one) => sum + one, 0) - Number(end))).toBeLessThan(0.45);
    await page.getByRole('combobox', { name: 'Class' }).selectOption('Adelie');
    await page.getByRole('table', { name: /^Contribution of each feature to Adelie/ }).waitFor();
  });

  it('draw a curve for each number, and take over the value of a category', async () => {
    const page = await arrive('#model=penguins');
    await page.getByRole('img', { name: /^Probability of Chinstrap over Beak length from 32.1 to 59.6 mm/ }).waitFor();
    expect(await page.getByRole('img', { name: /^Probability of/ }).count()).toBe(4);
    await page.getByRole('button', { name: /^Set Island to Biscoe/ }).click();
    expect(await page.getByRole('radio', { name: 'Biscoe' }).isChecked()).toBe(true);
  });

  it('offer a smallest change that does flip the class', async () => {
    const page = await arrive();
    await page.getByText(/It would be acc/).waitFor();
    await page.getByRole('button', { name: 'Try this change' }).click();
    await expectVerdict(page, 'Acceptable');
  });
});

describe('a file', () => {
  const csv = (rows: number) => {
    const lines = Array.from({ length: rows }, (_, row) => {
      if (row === 4321) return 'high,high,2,2,small,hihg,unacc';
      return row % 2 === 0 ? 'low,med,4,4,big,high,vgood' : 'low,med,4,2,big,high,acc';
    });
    return ['Buying,Maint,doors,persons,lug boot,safety,class', ...lines].join('\n');
  };

  it('of 10,000 rows is predicted within 5 s, past a bad row, held against its labels and given back', async () => {
    const page = await arrive('#view=predict');
    await page.getByRole('tab', { name: 'Batch' }).click();
    const buffer = Buffer.from(csv(10_000));
    await page.getByLabel('CSV file').setInputFiles({ name: 'cars.csv', mimeType: 'text/csv', buffer });
    expect(await page.getByRole('combobox', { name: 'Lug boot' }).inputValue()).toBe('lug boot');
    expect(await page.getByRole('combobox', { name: 'True class' }).inputValue()).toBe('class');
    const started = performance.now();
    await page.getByRole('button', { name: 'Predict 10,000 rows' }).click();
    await page.getByText('10,000 of 10,000 rows, 1 of them refused.').waitFor();
    expect(performance.now() - started).toBeLessThan(5000);
    await page.getByText('right of 9,999 rows').waitFor();
    expect(await page.getByRole('region', { name: 'Accuracy' }).getByText('50.0%').count()).toBe(1);
    expect(await page.getByRole('region', { name: 'Predictions of the file' }).locator('tr').count()).toBeLessThan(60);
    const saving = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download CSV' }).click();
    const lines = (await readFile(await (await saving).path(), 'utf8')).split(/\r?\n/);
    expect(lines).toHaveLength(10_001);
    expect(lines[0]).toBe(
      'Buying,Maint,doors,persons,lug boot,safety,class,predicted,probability,p_unacc,p_acc,p_good,p_vgood,error',
    );
    expect(lines[1]).toMatch(/^low,med,4,4,big,high,vgood,vgood,0\.9/);
    expect(lines[4322]).toMatch(/did you mean/);
  });

  it('without rows is refused in words', async () => {
    const page = await arrive('#view=predict');
    await page.getByRole('tab', { name: 'Batch' }).click();
    const buffer = Buffer.from('a,b\n');
    await page.getByLabel('CSV file').setInputFiles({ name: 'empty.csv', mimeType: 'text/csv', buffer });
    await page.getByRole('alert').getByText('empty.csv has no rows below its heading.').waitFor();
  });
});

describe('code', () => {
  it.each(Object.keys(RUNNERS))('as %s gives the displayed numbers', async (title) => {
    const page = await arrive('#model=penguins');
    const shown = await displayed(page);
    await page.getByRole('tab', { name: 'Code' }).click();
    await page.getByRole('button', { name: `Copy ${title}` }).click();
    const code = await page.evaluate<string>('navigator.clipboard.readText()');
    expect(code).toBe(await page.getByLabel(`${title} code`).innerText());
    if (title === 'Python' && !(await hasPythonRequests())) {
      console.warn('Not run: Python code needs python3-requests (on Debian: apt-get install python3-requests).');
      return;
    }
    const { probabilities } = JSON.parse(await RUNNERS[title]!(code, service.url)) as {
      probabilities: Record<string, number>;
    };
    const figures = Object.entries(probabilities).map(([label, share]) => [label, percent(share)]);
    expect(Object.fromEntries(figures)).toEqual(shown);
  });
});

describe('what was seen', () => {
  it('can be shared: the link brings back model, version and values', async () => {
    const page = await arrive();
    await page.getByRole('combobox', { name: 'Version' }).selectOption('1.0.0');
    await page.getByText('car-evaluation 1.0.0').waitFor();
    await page.getByRole('group', { name: 'Doors' }).getByRole('radio', { name: '5more' }).check();
    await page.getByRole('button', { name: 'Copy link' }).click();
    await page.getByText('Link copied.').waitFor();
    const link = await page.evaluate<string>('navigator.clipboard.readText()');
    await page.goto('about:blank');
    await page.goto(link);
    await displayed(page);
    expect(await page.getByRole('radio', { name: '5more' }).isChecked()).toBe(true);
    expect(await page.getByRole('combobox', { name: 'Version' }).inputValue()).toBe('1.0.0');
  });

  it('is remembered here, can be pinned to compare two versions, and cleared', async () => {
    const page = await arrive();
    await page.getByRole('button', { name: 'Pin' }).click();
    await page.getByRole('combobox', { name: 'Version' }).selectOption('1.0.0');
    await page.getByText('car-evaluation 1.0.0').waitFor();
    await page.getByRole('button', { name: 'Pin' }).click();
    await expect.poll(() => page.evaluate('localStorage.getItem("tensornest.history")'), REMEMBERED).toContain('1.0.0');
    await page.getByRole('tab', { name: 'Compare' }).click();
    const table = page.getByRole('table', { name: 'Two pinned predictions' });
    await table.waitFor();
    expect(await table.innerText()).toMatch(/car-evaluation 2\.0\.0[^]*car-evaluation 1\.0\.0/);
    await page.reload();
    await table.waitFor();
    expect(await table.innerText()).toMatch(/car-evaluation 2\.0\.0[^]*car-evaluation 1\.0\.0/);
    await page.getByRole('button', { name: 'Clear history' }).click();
    await page.getByText('Nothing yet.').waitFor();
    expect(await table.count()).toBe(0);
    expect(await page.evaluate('[localStorage["tensornest.history"], localStorage["tensornest.pinned"]]')).toEqual([
      '[]',
      '[]',
    ]);
  });

  it('is described by the model card, versions side by side', async () => {
    const page = await arrive();
    await page.getByRole('tab', { name: 'Model card' }).click();
    await page.getByRole('table', { name: 'Confusion matrix of the held-out rows' }).waitFor();
    await page.getByRole('table', { name: 'Importance of each feature' }).waitFor();
    await page.getByRole('cell', { name: '0.7764' }).waitFor();
    const { metrics, limits } = JSON.parse(await readFile('models/car-evaluation/2.0.0/manifest.json', 'utf8'));
    const { reliability } = metrics.heldOut.calibration;
    const drawing = await page
      .getByRole('img', { name: /^Reliability of the confidence: / })
      .getAttribute('aria-label');
    expect(drawing!.match(/rows\)/g)).toHaveLength(reliability.length);
    const bins = page.getByRole('table', { name: 'Reliability of the confidence' }).locator('tbody tr');
    expect(await bins.count()).toBe(reliability.length);
    expect(await bins.last().innerText()).toContain(String(reliability.at(-1).rows));
    expect(await page.getByRole('region', { name: 'Limits' }).getByRole('listitem').allInnerTexts()).toEqual(limits);
    await page.getByText(/^Signature: none\. The digests say that the package is whole/).waitFor();
    await page.getByRole('link', { name: 'API docs' }).click();
    await page.getByRole('link', { name: 'Playground' }).click();
    await displayed(page);
  });
});
