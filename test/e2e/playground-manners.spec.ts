import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeKey } from '../../src/access/key-file.js';
import { openBrowser } from '../support/browser.js';
import { displayed, SHOTS, violations, visit } from '../support/playground.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

/** An answer is remembered once it has stood for 1.2 s: longer than a poll waits by itself. */
const REMEMBERED = { timeout: 10_000 };

const PAGE = join(import.meta.dirname, '../../dist/playground');
const VIEWS = {
  predict: 'What if',
  batch: 'Batch',
  code: 'Python',
  card: 'Digests',
  compare: 'History',
} as const;

let service: TestApp;
let state: string;
let browser: Browser;

beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), 'tensornest-playground-'));
  service = await startTestApp({ VERSION_POLICY: 'all', FEEDBACK: 'true', STATE_DIR: state });
  browser = await openBrowser();
});
afterAll(async () => {
  await browser.close();
  await service.close();
  await rm(state, { recursive: true });
});

describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
  it.each(Object.entries(VIEWS))('the view %s breaks no rule of accessibility, at any width', async (view, heading) => {
    const { page, foreign, complaints } = await visit(browser, service.url, { colorScheme, reducedMotion: 'reduce' });
    for (const model of ['penguins', 'car-evaluation']) {
      await page.goto('about:blank');
      await page.goto(`${service.url}/#model=${model}&view=${view}`);
      await page.getByRole('heading', { name: heading, exact: true }).waitFor();
      if (view === 'predict') await page.getByRole('button', { name: 'Try this change' }).waitFor();
      expect(await violations(page)).toEqual([]);
      await page.screenshot({ path: `${SHOTS}/${model}-${view}-${colorScheme}.png`, fullPage: true });
    }
    await page.setViewportSize({ width: 320, height: 640 });
    const width = await page.evaluate('document.documentElement.scrollWidth');
    await page.screenshot({ path: `${SHOTS}/${view}-${colorScheme}-320.png`, fullPage: true });
    expect(width).toBe(320);
    expect([foreign, complaints]).toEqual([[], []]);
    await page.context().close();
  });
});

describe('the files of the page', () => {
  it('that the first view needs are at most 100 kB, packed', async () => {
    const page = await readFile(join(PAGE, 'index.html'), 'utf8');
    const named = [...page.matchAll(/"\/playground\/([^"]+)"/g)].map(([, name]) => name!);
    const first = ['index.html', ...named];
    const sizes = await Promise.all(first.map(async (name) => gzipSync(await readFile(join(PAGE, name))).length));
    expect(named.map((name) => extname(name)).sort()).toEqual(expect.arrayContaining(['.css', '.js', '.svg']));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(100_000);
  });

  it('are kept for ever, the page itself is not, and nothing may stand in it that runs', async () => {
    const page = await service.get('/').set('accept', 'text/html').expect(200);
    expect(page.headers['cache-control']).toBe('no-cache');
    const policy = page.headers['content-security-policy'];
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain('unsafe');
    expect(page.text).not.toMatch(/<style|<script(?! type="module" crossorigin src=)|style=/);
    const [asset] = /\/playground\/index-[\w-]+\.js/.exec(page.text)!;
    const script = await service.get(asset).set('accept-encoding', 'gzip').expect(200);
    expect(script.headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-encoding': 'gzip',
      'content-type': 'text/javascript; charset=utf-8',
    });
    const plain = await service.get(asset).set('accept-encoding', 'identity').expect(200);
    expect(plain.headers).not.toHaveProperty('content-encoding');
  });

  it.each(['nothing.js', 'index.html', '..%2Fmain.js'])('do not include %s', async (name) => {
    await service.get(`/playground/${name}`).expect(404);
  });
});

describe('where keys are required', () => {
  it('the page asks for one, and keeps it in its memory only', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'playground-'));
    const { key, sha256 } = makeKey();
    await writeFile(join(folder, 'keys.json'), JSON.stringify({ keys: [{ id: 'app', sha256 }] }));
    const guarded = await startTestApp({ KEYS_FILE: join(folder, 'keys.json'), STATE_DIR: join(folder, 'state') });
    const { page, foreign } = await visit(browser, guarded.url);
    await page.goto(guarded.url);
    await page.getByLabel('Key', { exact: true }).fill('tnk_wrong');
    await page.getByRole('button', { name: 'Use key' }).click();
    await page.getByText('This key was not let in.').waitFor();
    await page.getByLabel('Key', { exact: true }).fill(key);
    await page.getByRole('button', { name: 'Use key' }).click();
    await displayed(page);
    await expect.poll(() => page.evaluate('localStorage.getItem("tensornest.history")'), REMEMBERED).toContain('vgood');
    const kept = await page.evaluate('JSON.stringify([localStorage, sessionStorage, document.cookie, location.href])');
    expect(kept).not.toContain(key);
    await page.getByRole('tab', { name: 'Code' }).click();
    await page.getByText('TENSORNEST_KEY').first().waitFor();
    expect(await page.content()).not.toContain(key);
    await page.reload();
    await page.getByLabel('Key', { exact: true }).waitFor();
    expect(foreign).toEqual([]);
    await page.context().close();
    await guarded.close();
    await rm(folder, { recursive: true });
  });
});
