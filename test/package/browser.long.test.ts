/** The package on pages: how large it is in a bundle, that bundles need nothing of Node, and the one file without a bundler. */

import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { chromium } from 'playwright-core';
import { blocksOf, PAGES } from '../helpers/docs.ts';
import { install, pack, removePackages, runIn, temporaryFolder } from './packed.ts';

/** Bytes, with gzip, of a bundle that uses `Autoencoder`. It holds what bundles hold today. */
const BUDGET = 36_000;

const CHROMIUM = '/usr/bin/chromium';

let project = '';

beforeAll(() => {
  project = install(pack());
});
afterAll(removePackages);

describe('a bundle for browsers', () => {
  test('of Autoencoder from the installed package keeps to its budget', () => {
    const { status, stdout, stderr } = runIn(project)(
      process.execPath,
      resolve('scripts/size.mjs'),
      'isthmus',
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    console.info(stdout);
    const sizes = [...stdout.matchAll(/^(\S.*?) +([\d,]+) +([\d,]+)$/gm)].map(([, title, ...numbers]) => [
      title,
      ...numbers.map((text) => Number(text.replaceAll(',', ''))),
    ]);
    expect(sizes.map(([title]) => title)).toEqual([
      'Autoencoder',
      'with VariationalAutoencoder and GAN',
      'everything',
    ]);
    const [[, bytes, gzip], , [, all]] = sizes as [string, number, number][];
    expect(gzip).toBeLessThanOrEqual(BUDGET);
    expect(bytes).toBeLessThan(0.7 * all); // what is not used is left out
  });

  const esbuild = (...args: string[]) => runIn(resolve('.'))(resolve('node_modules/.bin/esbuild'), ...args);
  const forBrowsers = ['--bundle', '--format=esm', '--platform=browser', '--log-level=error'];

  test.each(['src/index.ts', 'src/compression/index.ts'])(
    'of all of %s needs nothing of Node and no package',
    (entry) => {
      const folder = temporaryFolder();
      const files = [`--outfile=${join(folder, 'bundle.js')}`, `--metafile=${join(folder, 'meta.json')}`];
      const { status, stderr } = esbuild(entry, ...forBrowsers, ...files);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      const { inputs, outputs } = JSON.parse(readFileSync(join(folder, 'meta.json'), 'utf8'));
      expect(Object.keys(inputs)).toContain('src/tensor/tensor.ts');
      expect(Object.keys(inputs).filter((path) => !/^src\/(?!node\/)/.test(path))).toEqual([]);
      const imports = Object.values(outputs as Record<string, { imports: unknown[] }>).flatMap(
        (one) => one.imports,
      );
      expect(imports).toEqual([]);
    },
  );

  test('of src/node cannot be made, which shows that a Node module is found', () => {
    const { status, stderr } = esbuild('src/node/index.ts', ...forBrowsers, `--outdir=${temporaryFolder()}`);
    expect(status).toBe(1);
    expect(stderr).toContain('Could not resolve "node:');
  });
});

/** What runs on a page and in Node. */
const PROGRAM = `
  import { Autoencoder, generateDigits, normalize } from './isthmus.min.js';
  const images = normalize(generateDigits({ count: 500, seed: 1 }));
  const autoencoder = new Autoencoder({ inputShape: [28, 28], hidden: [32], encodingDim: 8, seed: 1 });
  const { epochs } = await autoencoder.fit(images, { epochs: 5 });
  const losses = epochs.map(({ loss }) => loss);`;

/** A static host of the files in a folder. */
async function serve(folder: string) {
  const types: Record<string, string> = { html: 'text/html', js: 'text/javascript' };
  const server = createServer(({ url = '' }, response) => {
    const path = join(folder, url);
    const type = types[url.split('.').at(-1) ?? ''];
    if (type === undefined || !existsSync(path)) response.writeHead(404).end();
    else response.writeHead(200, { 'Content-Type': type }).end(readFileSync(path));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => server.close(),
  };
}

describe('the one file', () => {
  test('begins messages with the names that readers know, though minified', async () => {
    const program = `
      import * as engine from 'isthmus/min.js';
      const { Autoencoder, Layer, Loss, Optimizer } = engine;
      const isOne = (value) => [Autoencoder, Layer, Loss, Optimizer].some((one) => value.prototype instanceof one);
      const classes = Object.entries(engine).filter(([, value]) => isOne(value) || value === Autoencoder);
      console.log(JSON.stringify(classes.map(([name, value]) => [name, value.name])));`;
    const { stdout } = runIn(project)(process.execPath, '--input-type=module', '--eval', program);
    const classes: [string, string][] = JSON.parse(stdout);
    const isAbstract = (name: string) => name === 'Activation'; // beside Layer, Loss and Optimizer themselves
    expect(classes.length).toBeGreaterThan(15);
    expect(classes.filter(([known, name]) => known !== name && !isAbstract(known))).toEqual([]);
  });

  const [run, reason] = existsSync(CHROMIUM)
    ? [test, '']
    : [test.skip, ` (skipped: there is no ${CHROMIUM}; apt-get install chromium)`];

  run(
    `trains by <script type="module"> from a static folder, the same bits as in Node, and so does docs/library.md${reason}`,
    async () => {
      const folder = temporaryFolder();
      copyFileSync(join(project, 'node_modules/isthmus/dist/isthmus.min.js'), join(folder, 'isthmus.min.js'));
      const script = `${PROGRAM}\n document.title = JSON.stringify(losses);`;
      writeFileSync(join(folder, 'index.html'), `<!doctype html><script type="module">${script}</script>`);
      writeFileSync(join(folder, 'node.mjs'), `${PROGRAM}\n console.log(JSON.stringify(losses));`);

      const host = await serve(folder);
      const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
      try {
        const page = await browser.newPage();
        const errors: string[] = [];
        page.on('pageerror', ({ message }) => errors.push(message));
        await page.goto(`${host.address}/index.html`);
        const title = await page.waitForFunction('document.title').then((handle) => handle.jsonValue());
        const losses: number[] = JSON.parse(String(title));
        expect(errors).toEqual([]);
        expect(losses).toHaveLength(5);
        expect(losses[4]).toBeLessThan(0.8 * losses[0]);
        const { stdout } = runIn(folder)(process.execPath, 'node.mjs');
        expect(losses).toEqual(JSON.parse(stdout));

        const [example] = blocksOf(PAGES.get('docs/library.md') ?? '', 'html');
        writeFileSync(join(folder, 'example.html'), `<!doctype html><body>${example}</body>`);
        await page.goto(`${host.address}/example.html`);
        await page.waitForFunction('/epoch 5: loss 0[.]\\d{4}/.test(document.body.innerText)');
        expect(errors).toEqual([]);
      } finally {
        await browser.close();
        host.close();
      }
    },
  );
});
