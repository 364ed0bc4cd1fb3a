import { existsSync } from 'node:fs';
import chromium from '@sparticuz/chromium';
import { type Browser, chromium as playwright } from 'playwright-core';

const SYSTEM_CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Made for serverless functions: one process would end with its first page, and a browser that guards nothing proves nothing. */
const UNWANTED = new Set([
  '--single-process',
  '--no-zygote',
  '--disable-web-security',
  '--allow-running-insecure-content',
]);

/** A real headless Chromium: the system's where there is one, else the one that comes with the npm package. */
export async function openBrowser(): Promise<Browser> {
  const system = SYSTEM_CHROMIUM.find(existsSync);
  try {
    return await playwright.launch({
      executablePath: system ?? (await chromium.executablePath()),
      args:
        system === undefined ? chromium.args.filter((arg) => !UNWANTED.has(arg)) : ['--no-sandbox', '--disable-gpu'],
    });
  } catch (cause) {
    const missing = /error while loading shared libraries: (\S+):/.exec(String(cause))?.[1];
    if (missing === undefined) throw cause;
    throw new Error(`Chromium needs ${missing}: install it (on Debian: apt-get install libnss3).`, { cause });
  }
}
