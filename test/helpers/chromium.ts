/** Pages in headless Chromium. `npm run test:browser` runs the tests that need it; other runs skip them and say so. */

import { existsSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, describe } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

/** CHROMIUM names another one. */
const PATHS = [
  process.env.CHROMIUM ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

const CHROMIUM = PATHS.find((path) => existsSync(path));

/** Whether this run is for tests in a browser: others need not prepare anything for them. */
export const isBrowserRun = process.env.ISTHMUS_BROWSER !== undefined;

/** Not by console: Jest does not show what a file says of which all tests are skipped. */
export function sayIsSkipped(name: string, reason: string): void {
  process.stderr.write(`skipped: ${name} (${reason})\n`);
}

/** `describe` for tests that need a browser. */
export function describeInBrowser(name: string, tests: () => void): void {
  if (isBrowserRun && !CHROMIUM) {
    throw new Error('There is no Chromium: apt-get install chromium, or let CHROMIUM be the path of one.');
  }
  if (!isBrowserRun) sayIsSkipped(name, 'npm run test:browser runs it');
  (isBrowserRun ? describe : describe.skip)(name, tests);
}

type Closer = () => Promise<unknown>;

const pages: Closer[] = [];
const closers: Closer[] = [];
const closeAll = async (open: Closer[]) => {
  for (const close of open.splice(0).reverse()) await close();
};
afterEach(() => closeAll(pages));
afterAll(() => closeAll(closers));

let browser: Promise<Browser> | undefined;

async function launch(): Promise<Browser> {
  const { chromium } = await import('playwright-core'); // a second of loading, which skipped tests do without
  const one = await chromium.launch({ executablePath: CHROMIUM ?? '', args: ['--no-sandbox'] });
  closers.push(() => one.close());
  return one;
}

/** Another visitor: a page of the browser with nothing stored. It is closed after the test, and so trains no longer. */
export async function newPage(options: BrowserContextOptions = {}): Promise<Page> {
  browser ??= launch();
  const context = await (await browser).newContext({ locale: 'en-US', ...options });
  pages.push(() => context.close());
  context.setDefaultTimeout(30_000);
  return context.newPage();
}

/** The address of a server, which is closed after the tests. */
export function addressOf(server: Server): string {
  closers.push(() => new Promise((resolve) => server.close(resolve)));
  return `http://localhost:${(server.address() as AddressInfo).port}/`;
}
