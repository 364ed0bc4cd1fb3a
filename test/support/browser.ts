import { existsSync } from 'node:fs';
import chromium from '@sparticuz/chromium';
import { type Browser, chromium as playwright } from 'playwright-core';

const SYSTEM_CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** A real headless Chromium: the system's where there is one, else the one that comes with the npm package. */
export async function openBrowser(): Promise<Browser> {
  const system = SYSTEM_CHROMIUM.find(existsSync);
  try {
    return await playwright.launch({
      executablePath: system ?? (await chromium.executablePath()),
      args: system === undefined ? chromium.args : ['--no-sandbox', '--disable-gpu'],
    });
  } catch (cause) {
    const missing = /error while loading shared libraries: (\S+):/.exec(String(cause))?.[1];
    if (missing === undefined) throw cause;
    throw new Error(`Chromium needs ${missing}: install it (on Debian: apt-get install libnss3).`, { cause });
  }
}
