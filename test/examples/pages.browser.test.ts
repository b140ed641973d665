/**
 * The examples for browsers, as a reader runs them: the page without a bundler, and the Vite project in a folder of its own
 * with the packed engine. Without a registry for Vite, the tests of that project are skipped and say so.
 */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { readModel } from '../../src/index.ts';
import { describeInBrowser, isBrowserRun, newPage, sayIsSkipped } from '../helpers/chromium.ts';
import { pack, removePackages } from '../package/packed.ts';

const folder = mkdtempSync(join(tmpdir(), 'isthmus pages-'));
const servers: ChildProcess[] = [];

afterAll(() => {
  for (const server of servers) server.kill();
  rmSync(folder, { recursive: true });
  removePackages();
});

/** Starts a server, and resolves with the address that it prints. */
function serve(cwd: string, ...args: string[]): Promise<string> {
  const server = spawn(process.execPath, args, { cwd, env: { PATH: process.env.PATH } }); // no colours
  servers.push(server);
  return new Promise((found, reject) => {
    let text = '';
    const read = (piece: unknown) => {
      text += piece;
      const [address] = /http:\/\/localhost:\d+\//.exec(text) ?? [];
      if (address) found(address);
    };
    server.stdout.on('data', read);
    server.stderr.on('data', read);
    server.on('exit', () => reject(new Error(`the server ended: ${text}`)));
  });
}

interface Seen {
  readonly page: Page;
  /** The losses that the page said, one after another. */
  readonly losses: readonly number[];
  readonly status: string;
  /** What went wrong: errors in the console, pages that were not found. */
  readonly errors: readonly string[];
}

/** Opens a page and watches its line of status until it says that the model is trained. */
async function watch(address: string): Promise<Seen> {
  const page = await newPage();
  const errors: string[] = [];
  page.on('pageerror', ({ message }) => errors.push(message));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  await page.goto(address);
  const losses: number[] = [];
  const line = page.getByRole('status');
  let status = '';
  for (const start = Date.now(); !/Trained|stopped/.test(status) && Date.now() - start < 60_000; ) {
    status = (await line.textContent()) ?? '';
    const loss = Number(/loss ([\d.]+\d)/.exec(status)?.[1]);
    if (loss !== losses.at(-1) && loss > 0) losses.push(loss);
    await page.waitForTimeout(10);
  }
  return { page, losses, status, errors };
}

/**
 * Squared differences of the lower row of the last canvas, the reconstructions, from the upper row, the originals: each
 * from its own, and from the one beside that; and how bright the originals are.
 */
async function differencesOn(page: Page) {
  return page
    .locator('canvas')
    .last()
    .evaluate((canvas: HTMLCanvasElement) => {
      const context = canvas.getContext('2d') as CanvasRenderingContext2D;
      const { data, width } = context.getImageData(0, 0, canvas.width, canvas.height);
      const grey = (x: number, y: number) => data[4 * (y * width + (x % width))];
      const sums = { brightness: 0, own: 0, beside: 0 };
      for (let y = 0; y < 28; y++) {
        for (let x = 0; x < width; x++) {
          sums.brightness += grey(x, y);
          sums.own += (grey(x, y + 28) - grey(x, y)) ** 2;
          sums.beside += (grey(x, y + 28) - grey(x + 28, y)) ** 2;
        }
      }
      return sums;
    });
}

/** A page trains without errors on two threads or more: the loss falls by a third, and the digits come back. */
async function expectTraining({ page, losses, status, errors }: Seen): Promise<void> {
  expect(errors).toEqual([]);
  expect(status).toMatch(/Trained/);
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  expect(status).toMatch(/^([2-9]|\d\d) thread/);
  expect(losses.length).toBeGreaterThan(3);
  expect(Number(losses.at(-1))).toBeLessThan(losses[0] / 1.5);
  const { brightness, own, beside } = await differencesOn(page);
  expect(brightness).toBeGreaterThan(100_000);
  expect(own).toBeLessThan(beside / 2); // two empty rows, or the same picture ten times, would differ equally
}

describeInBrowser('examples/worker', () => {
  const start = () => serve(resolve('.'), 'examples/worker/serve.mjs', '0');

  test('trains, and the page uses the model', async () => {
    await expectTraining(await watch(await start()));
  });

  test('says it if the worker fails', async () => {
    const page = await newPage();
    await page.route('**/worker.js', async (route) => {
      const response = await route.fetch();
      const body = (await response.text()).replace('encodingDim: 32', 'encodingDim: -1');
      await route.fulfill({ response, body });
    });
    await page.goto(await start());
    const line = page.getByRole('status').filter({ hasText: 'The worker stopped' });
    expect(await line.textContent()).toMatch(/encodingDim/);
  });
});

const project = join(folder, 'my project');

function run(command: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: project, encoding: 'utf8' });
  return { status, text: stdout + stderr };
}

/** Copies and installs the project. Of its packages only the engine is here: returns whether the others were to be had. */
function installProject(): boolean {
  const isOurs = (path: string) => !/node_modules|dist$|package-lock/.test(path);
  cpSync('examples/vite', project, { recursive: true, filter: isOurs });
  // The level, because `npm run -s` silences the npm inside, too.
  const options = ['--loglevel=error', '--no-audit', '--no-fund'];
  const { status, text } = run('npm', 'install', ...options, pack().file);
  if (status === 0) return true;
  if (/ENOTFOUND|ECONNREFUSED|EAI_AGAIN|ETIMEDOUT|ECONNRESET|E40[34]/.test(text)) return false;
  throw new Error(text);
}

// Before the tests, as Jest must know by then which are skipped.
const isMissing = isBrowserRun && !installProject();
if (isMissing) sayIsSkipped('examples/vite', 'npm reaches no registry with Vite');

(isMissing ? describe.skip : describeInBrowser)('examples/vite', () => {
  const vite = 'node_modules/vite/bin/vite.js';

  test.each([
    ['the built page', ['preview']],
    ['the page that Vite serves while one develops', []],
  ])('%s trains on two threads, and saves a model that opens', async (_, command) => {
    if (command.includes('preview')) expect(run('npm', 'run', 'build')).toMatchObject({ status: 0 });
    const seen = await watch(await serve(project, vite, ...command, '--port', '0'));
    await expectTraining(seen);
    const { page } = seen;
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByText('Save').click()]);
    expect(download.suggestedFilename()).toBe('model.safetensors');
    const path = join(folder, 'saved');
    await download.saveAs(path);
    expect(readModel(readFileSync(path)).autoencoder.spec()).toMatchObject({ inputShape: [28, 28] });
  });
});
