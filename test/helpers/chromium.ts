/** Pages in headless Chromium. `npm run test:browser` runs the tests that need it; other runs skip them and say so. */

import { existsSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, describe } from '@jest/globals';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** CHROMIUM names another one. */
const PATHS = [
  process.env.CHROMIUM ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

export const CHROMIUM = PATHS.find((path) => existsSync(path));

/** `describe` for tests that need a browser. */
export function describeInBrowser(name: string, tests: () => void): void {
  const isAsked = process.env.ISTHMUS_BROWSER !== undefined;
  if (isAsked && !CHROMIUM) {
    throw new Error('There is no Chromium: apt-get install chromium, or let CHROMIUM be the path of one.');
  }
  if (!isAsked) console.log(`skipped: ${name} (npm run test:browser runs it)`);
  (isAsked ? describe : describe.skip)(name, tests);
}

const closers: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

let browser: Promise<Browser> | undefined;

async function launch(): Promise<Browser> {
  const one = await chromium.launch({ executablePath: CHROMIUM ?? '', args: ['--no-sandbox'] });
  closers.push(() => one.close());
  return one;
}

/** Another visitor: a page of the browser with nothing stored. */
export async function newPage(options: BrowserContextOptions = {}): Promise<Page> {
  browser ??= launch();
  const context = await (await browser).newContext({ locale: 'en-US', ...options });
  context.setDefaultTimeout(30_000);
  return context.newPage();
}

/** The address of a server, which is closed after the tests. */
export function addressOf(server: Server): string {
  closers.push(() => new Promise((resolve) => server.close(resolve)));
  return `http://localhost:${(server.address() as AddressInfo).port}/`;
}
