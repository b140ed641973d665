/** The guide's site as a reader uses it, in headless Chromium: opened from the page, on a phone, and from the disk. */

import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, expect, test } from '@jest/globals';
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { servePage } from '../../demo/serve.mjs';
import { addressOf, describeInBrowser, newPage } from '../helpers/chromium.ts';

const PAGE = resolve('dist/demo'); // npm run test:browser builds it
const PHONE = { viewport: { width: 375, height: 740 } };

/** With a formula, a fold, a wide table, long lines of code, a picture that is drawn. */
const PAGES = [
  'index.html',
  'README.zh-CN.html',
  'docs/guide/index.html',
  'docs/guide/03-one-layer-by-hand.html',
  'docs/guide/07-from-loops-to-simd.html',
  'docs/guide/zh-CN/index.html',
  'docs/api.html',
  'docs/guide/zh-CN/13-where-to-go-on.html',
  'docs/cli.html',
  'docs/isth.html',
  'docs/math.html',
  'docs/results.html',
  'code/src/layers/dense.ts.html',
  'code/src/compression.html',
];

describeInBrowser('the guide in Chromium', () => {
  const hosts = { withHeaders: '', without: '' };
  beforeAll(async () => {
    hosts.withHeaders = addressOf(await servePage(PAGE));
    hosts.without = addressOf(await servePage(PAGE, { isolated: false }));
  });

  /** A page of the browser, and what goes wrong in it or in those that it opens. */
  async function visitor(options: BrowserContextOptions = {}): Promise<{ page: Page; problems: string[] }> {
    const page = await newPage(options);
    return { page, problems: problemsOf(page.context()) };
  }

  test.each([
    { host: 'withHeaders', locale: 'en-US', link: 'The guide', lang: 'en' },
    { host: 'withHeaders', locale: 'zh-CN', link: '教程', lang: 'zh-CN' },
    { host: 'without', locale: 'en-US', link: 'The guide', lang: 'en' }, // the service worker answers
  ] as const)(
    'opens beside the page, in its language: $host, $lang',
    async ({ host, locale, link, lang }) => {
      const { page, problems } = await visitor({ ...PHONE, locale });
      await page.goto(hosts[host]);
      await page.waitForFunction(() => crossOriginIsolated);
      const opened = page.context().waitForEvent('page');
      await page.getByRole('link', { name: link, exact: true }).click();
      const guide = await opened;
      await guide.getByRole('heading', { level: 1 }).waitFor();
      expect(await guide.locator('html').getAttribute('lang')).toBe(lang);
      expect(await sidewaysOf(guide)).toBe(0);

      // a chapter by the contents, and the next one by the link at its end
      await guide.locator('.contents summary').click();
      await guide.locator('.contents').getByRole('link', { name: /^1 / }).click();
      await guide.waitForURL(/01-[\w-]+\.html$/);
      await guide.getByRole('main').getByRole('link', { name: '→' }).click();
      await guide.waitForURL(/02-[\w-]+\.html$/);
      await guide.locator('.katex').first().waitFor();
      expect(await fontsOf(guide)).toContain('KaTeX_Math');
      expect(problems).toEqual([]);
    },
  );

  test('changes to the other language', async () => {
    const { page, problems } = await visitor(PHONE);
    await page.goto(`${hosts.withHeaders}guide/index.html`);
    await page.getByRole('banner').getByRole('link', { name: '中文' }).click();
    await page.waitForURL(/README\.zh-CN\.html$/);
    await page.getByRole('banner').getByRole('link', { name: 'English' }).click();
    await page.waitForURL(/guide\/index\.html$/);
    expect(problems).toEqual([]);
  });

  test.each(PAGES)('fits a phone, with folds open: %s', async (path) => {
    const { page, problems } = await visitor(PHONE);
    await page.goto(`${hosts.withHeaders}guide/${path}`);
    await page.evaluate(() => {
      for (const fold of document.querySelectorAll('details')) fold.open = true;
      for (const image of document.querySelectorAll('img')) image.loading = 'eager';
      return Promise.all([...document.images].map((image) => image.decode()));
    });
    expect(await sidewaysOf(page)).toBe(0);
    expect(problems).toEqual([]);
  });

  test('shows the line of code that a link means', async () => {
    const { page } = await visitor();
    await page.goto(`${hosts.withHeaders}guide/docs/guide/03-one-layer-by-hand.html`);
    await page.getByRole('link', { name: 'Dense.forward' }).first().click();
    await page.waitForURL(/dense\.ts\.html#L\d+$/);
    const line = page.locator('.line:target');
    await line.waitFor();
    const { y = -1 } = (await line.boundingBox()) ?? {};
    expect(y >= 0 && y < 720).toBe(true);
    const colours = await line.evaluate((marked) =>
      [marked, marked.previousElementSibling].map((one) => getComputedStyle(one ?? marked).backgroundColor),
    );
    expect(colours[0]).not.toBe(colours[1]);
  });

  test('is reached by keyboard: the text, the contents, code that is wider than the screen', async () => {
    const { page } = await visitor(PHONE);
    await page.goto(`${hosts.withHeaders}guide/docs/guide/03-one-layer-by-hand.html`);
    const focused = () => page.evaluate(() => document.activeElement?.outerHTML.slice(0, 80) ?? '');
    await page.keyboard.press('Tab');
    expect(await focused()).toContain('class="skip"');
    for (let i = 0; i < 3; i++) await page.keyboard.press('Tab'); // the name, the language, the contents
    expect(await focused()).toContain('<summary>');
    await page.keyboard.press('Enter');
    expect(await page.getByRole('link', { name: 'API reference', exact: true }).isVisible()).toBe(true);

    const wide = page.locator('main pre').first();
    await wide.focus();
    await page.keyboard.press('ArrowRight');
    await page.waitForFunction(() => (document.querySelector('main pre')?.scrollLeft ?? 0) > 0);
  });

  test('opens from the disk, with its styles, formulas and pictures', async () => {
    const { page, problems } = await visitor();
    await page.goto(pathToFileURL(`${PAGE}/guide/docs/guide/index.html`).href);
    await page.getByRole('link', { name: 'One layer by hand' }).first().click();
    await page.locator('.katex').first().waitFor();
    expect(await fontsOf(page)).toContain('KaTeX_Math');
    expect(problems).toEqual([]);
  });
});

/** Fills as pages complain, fail to load something, or ask another host for it. */
function problemsOf(context: BrowserContext): string[] {
  const problems: string[] = [];
  context.on('weberror', (error) => problems.push(error.error().message));
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) problems.push(message.text());
  });
  context.on('response', (response) => {
    if (response.status() >= 400) problems.push(`${response.url()}: ${response.status()}`);
  });
  context.on('requestfailed', (request) => {
    // what a service worker fetched counts as aborted, though the page has it
    const reason = request.failure()?.errorText ?? '';
    if (reason !== 'net::ERR_ABORTED') problems.push(`${request.url()}: ${reason}`);
  });
  context.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (protocol.startsWith('http') && hostname !== 'localhost') problems.push(`asks for ${request.url()}`);
  });
  return problems;
}

/** The names of the fonts that the page has loaded. */
async function fontsOf(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    await document.fonts.ready;
    return [...document.fonts].filter((font) => font.status === 'loaded').map((font) => font.family);
  });
}

/** By how many pixels the page is wider than the screen. */
async function sidewaysOf(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
}
