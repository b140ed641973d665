/** The one file of the package, dist/isthmus.min.js, on a page without a bundler. */

import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { servePage } from '../../demo/serve.mjs';
import { addressOf, describeInBrowser, newPage } from '../helpers/chromium.ts';
import { blocksOf, PAGES } from '../helpers/docs.ts';
import { install, pack, removePackages, runIn, temporaryFolder } from './packed.ts';

/** What runs on a page and in Node. */
const PROGRAM = `
  import { Autoencoder, generateDigits, normalize } from './isthmus.min.js';
  const images = normalize(generateDigits({ count: 500, seed: 1 }));
  const autoencoder = new Autoencoder({ inputShape: [28, 28], hidden: [32], encodingDim: 8, seed: 1 });
  const { epochs } = await autoencoder.fit(images, { epochs: 5 });
  const losses = epochs.map(({ loss }) => loss);`;

describeInBrowser('the one file on a page, from a static folder', () => {
  let folder = '';
  let address = '';

  beforeAll(async () => {
    folder = temporaryFolder();
    const packed = join(install(pack()), 'node_modules/isthmus/dist/isthmus.min.js');
    copyFileSync(packed, join(folder, 'isthmus.min.js'));
    address = addressOf(await servePage(folder, { isolated: false })); // no headers, as a CDN
  });
  afterAll(removePackages);

  /** Opens a page with this body. What goes wrong on it fails the test. */
  async function show(body: string): Promise<Page> {
    writeFileSync(join(folder, 'index.html'), `<!doctype html><body>${body}</body>`);
    const page = await newPage();
    page.on('pageerror', (error) => {
      throw error;
    });
    await page.goto(address);
    return page;
  }

  test('trains by <script type="module">, the same bits as in Node', async () => {
    const script = `${PROGRAM}\n document.title = JSON.stringify(losses);`;
    const page = await show(`<script type="module">${script}</script>`);
    const title = await page.waitForFunction(() => document.title);
    const losses: number[] = JSON.parse(await title.jsonValue());
    expect(losses).toHaveLength(5);
    expect(losses[4]).toBeLessThan(0.8 * losses[0]);

    writeFileSync(join(folder, 'node.mjs'), `${PROGRAM}\n console.log(JSON.stringify(losses));`);
    const { stdout } = runIn(folder)(process.execPath, 'node.mjs');
    expect(losses).toEqual(JSON.parse(stdout));
  });

  test('trains as docs/library.md says', async () => {
    const [example] = blocksOf(PAGES.get('docs/library.md') ?? '', 'html');
    const page = await show(example);
    await page.waitForFunction(() => /epoch 5: loss 0[.]\d{4}/.test(document.body.innerText));
  });
});
