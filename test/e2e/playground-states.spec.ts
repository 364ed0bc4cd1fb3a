import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeKey } from '../../src/access/key-file.js';
import { openBrowser } from '../support/browser.js';
import { CARS, ModelsFolder } from '../support/models-folder.js';
import { displayed, SHOTS, violations, visit } from '../support/playground.js';
import { runCommand } from '../support/run-command.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

const CARD = '#view=card';
const LONG = 'a class whose name was given by a committee and then translated_with_underscores_that_never_break';

let folder: ModelsFolder;
let browser: Browser;
let service: TestApp | undefined;

beforeAll(async () => {
  browser = await openBrowser();
});
afterEach(async () => {
  await service?.close();
  service = undefined;
  await folder.remove();
});
afterAll(() => browser.close());

async function start(env: Record<string, string> = {}, ...packages: string[]): Promise<TestApp> {
  folder = await ModelsFolder.with(...packages);
  return serve(env);
}
async function serve(env: Record<string, string> = {}): Promise<TestApp> {
  service = await startTestApp({ ...folder.env, ...env });
  return service;
}

describe('the signature of the package', () => {
  async function signed(): Promise<Record<'ours' | 'theirs', string>> {
    folder = await ModelsFolder.with(`${CARS}/1.0.0`);
    const keys = await mkdtemp(join(folder.models, '../keys-'));
    for (const name of ['ours', 'theirs']) {
      const { publicKey, privateKey } = generateKeyPairSync('ed25519');
      await writeFile(join(keys, `${name}.key`), privateKey.export({ type: 'pkcs8', format: 'pem' }));
      await writeFile(join(keys, `${name}.pub`), publicKey.export({ type: 'spki', format: 'pem' }));
    }
    const words = ['sign', CARS, '--key', join(keys, 'ours.key')];
    const { code } = await runCommand(resolve('dist/cli/model.js'), words, { env: { MODELS_DIR: folder.models } });
    expect(code).toBe(0);
    return { ours: join(keys, 'ours.pub'), theirs: join(keys, 'theirs.pub') };
  }

  it('is told on the card: of the key that is required, of any key, and of one that is not trusted', async () => {
    const { ours, theirs } = await signed();
    const told = async (env: Record<string, string>, text: RegExp) => {
      const { url } = await serve(env);
      const { page } = await visit(browser, url);
      await page.goto(`${url}/${CARD}`);
      await page.getByText(text).waitFor();
      await page.screenshot({ path: `${SHOTS}/signature-${Object.keys(env).length}.png`, fullPage: true });
      await page.context().close();
      await service!.close();
      service = undefined;
    };
    await told({ REQUIRE_SIGNATURE: ours }, /^Signature: checked against the key that this service requires\.$/);
    await told({}, /^Signature: there is one; this service requires none and has not checked it/);
    await told({ REQUIRE_SIGNATURE: theirs }, /1\.0\.0 has failed: .*signature/i);
  });
});

describe('models that are not ready', () => {
  it('are named with the reason, and the page goes on by itself once one is', async () => {
    folder = await ModelsFolder.with(`${CARS}/1.0.0`);
    await folder.damage(`${CARS}/1.0.0`);
    const { url } = await serve({ WATCH_MODELS: 'true' });
    const { page } = await visit(browser, url);
    await page.goto(url);
    await page.getByRole('heading', { name: 'No model is ready' }).waitFor();
    await page.getByText(/1\.0\.0 has failed: .*weights\.bin/).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.screenshot({ path: `${SHOTS}/not-ready.png` });
    await folder.add('cars/2.0.0', { from: `${CARS}/2.0.0` });
    await displayed(page);
    await page.getByRole('combobox', { name: 'Model' }).selectOption(CARS);
    await page.getByRole('alert').getByText(`${CARS} cannot answer: 1.0.0 has failed:`).waitFor();
    await page.context().close();
  });
});

describe('a service that refuses', () => {
  it('says why and for how long; a key that ends brings its form back, and the values stay', async () => {
    const keys = await mkdtemp(join(tmpdir(), 'tensornest-keys-'));
    const [first, second] = [makeKey(), makeKey()];
    const expires = new Date(Date.now() + 8_000).toISOString();
    const entries = [
      { id: 'app', sha256: first.sha256, expires },
      { id: 'few', sha256: second.sha256, quota: { requests: 12 } },
    ];
    await writeFile(join(keys, 'keys.json'), JSON.stringify({ keys: entries }));
    const { url } = await start({ KEYS_FILE: join(keys, 'keys.json') }, `${CARS}/2.0.0`);
    const { page } = await visit(browser, url);
    await page.goto(url);
    await page.getByLabel('Key', { exact: true }).fill(first.key);
    await page.getByRole('button', { name: 'Use key' }).click();
    await displayed(page);
    await page.getByRole('group', { name: 'Doors' }).getByRole('radio', { name: '5more' }).check();
    await expect
      .poll(
        async () => {
          if ((await page.getByLabel('Key', { exact: true }).count()) > 0) return true;
          await page
            .getByRole('button', { name: 'Predict' })
            .click({ timeout: 1_000 })
            .catch(() => undefined);
          return false;
        },
        { timeout: 30_000 },
      )
      .toBe(true);
    await page.getByText('This key was not let in. The key has expired.').waitFor();
    await page.getByLabel('Key', { exact: true }).fill(second.key);
    await page.getByRole('button', { name: 'Use key' }).click();
    await page.getByRole('radio', { name: '5more' }).waitFor();
    expect(await page.getByRole('radio', { name: '5more' }).isChecked()).toBe(true);
    const alert = page.getByRole('alert').first();
    await expect
      .poll(
        async () => {
          if ((await alert.count()) > 0) return alert.innerText();
          await page.getByRole('button', { name: 'Predict' }).click();
          return '';
        },
        { timeout: 30_000 },
      )
      .toMatch(/Try again in (a second|\d+ seconds)\.$/);
    await page.screenshot({ path: `${SHOTS}/quota.png` });
    await page.context().close();
    await rm(keys, { recursive: true });
  });

  it.each([
    [503, { 'retry-after': '1' }, '{"detail":"The queue of this model is full."}', 'full. Try again in a second.'],
    [502, {}, '<html>Bad gateway</html>', 'The service answered with status 502.'],
  ])('with %i is answered in words, and the last answer stays', async (status, headers, body, words) => {
    const { url } = await start({}, `${CARS}/2.0.0`);
    const { page } = await visit(browser, url);
    await page.goto(url);
    await displayed(page);
    await page.route('**/predict', (route) => route.fulfill({ status, headers, body }));
    await page.getByRole('button', { name: 'Predict' }).click();
    await page.getByRole('alert').getByText(words).waitFor();
    await displayed(page);
    expect(await violations(page)).toEqual([]);
    await page.unroute('**/predict');
    await page.getByRole('button', { name: 'Predict' }).click();
    await expect.poll(() => page.getByRole('alert').count()).toBe(0);
    await page.context().close();
  });
});

it('a class with a name that is long and has no spaces stays within a screen of 320 px, in every view', async () => {
  folder = await ModelsFolder.with();
  const rename = (classes: { label: string; title: string }[]) =>
    Object.assign(classes[3]!, { label: LONG, title: LONG });
  await folder.add(`${CARS}/2.0.0`, {
    from: `${CARS}/2.0.0`,
    edit: (manifest) => {
      rename(manifest.signature.classes);
      manifest.metrics.heldOut.perClass[3].label = LONG;
    },
  });
  const { url } = await serve({ FEEDBACK: 'true' });
  const { page } = await visit(browser, url, { viewport: { width: 320, height: 640 } });
  await page.goto(url);
  await displayed(page);
  await page.getByRole('button', { name: 'Send feedback' }).waitFor();
  await page.getByRole('button', { name: 'Pin' }).click();
  await page.getByRole('combobox', { name: 'Version' }).waitFor();
  for (const view of ['Predict', 'Batch', 'Code', 'Model card', 'Compare']) {
    await page.getByRole('tab', { name: view }).click();
    await page.locator('#view section').first().waitFor();
    expect([view, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([view, 320]);
    await page.screenshot({ path: `${SHOTS}/long-${view}-320.png`, fullPage: true });
  }
  await page.context().close();
});
