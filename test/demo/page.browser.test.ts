/** The page as a visitor uses it, in headless Chromium. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { BrowserContextOptions, Page } from 'playwright-core';
import type { CallName, Calls } from '../../demo/messages.ts';
import { servePage } from '../../demo/serve.mjs';
import { Adam, Autoencoder, generateDigits, normalize, readAnyModel } from '../../src/index.ts';
import { readNpy, writeNpy } from '../../src/io/index.ts';
import { firstOtherBits } from '../helpers/bits.ts';
import { addressOf, describeInBrowser, newPage } from '../helpers/chromium.ts';
import { isthmus } from '../helpers/cli.ts';

const PAGE = resolve('dist/demo');

/** The digits that the page tests with: it shows the first ten. */
const testDigits = generateDigits({ count: 1000, seed: 2 });

describeInBrowser('the page in Chromium', () => {
  let address = '';
  let plainAddress = ''; // of a host that sends no headers
  let folder = '';

  beforeAll(async () => {
    address = addressOf(await servePage(PAGE));
    plainAddress = addressOf(await servePage(PAGE, { isolated: false }));
    folder = mkdtempSync(join(tmpdir(), 'isthmus-page-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const train = (page: Page) => page.getByRole('button', { name: 'Train', exact: true }).click();
  const pause = async (page: Page) => {
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await page.getByRole('button', { name: 'Train', exact: true }).waitFor();
  };
  const figure = async (page: Page, name: string) =>
    Number(((await page.locator(`#figure-${name}`).textContent()) ?? '').replaceAll(',', ''));
  const untilStep = (page: Page, step: number) =>
    page.waitForFunction(
      (wanted) => Number(document.getElementById('figure-step')?.textContent?.replaceAll(',', '')) >= wanted,
      step,
    );

  /** Opens the page, and waits until it can train. */
  async function visit(options: BrowserContextOptions = {}, at = address): Promise<Page> {
    const page = await newPage(options);
    page.on('pageerror', (error) => {
      throw error;
    });
    await page.addInitScript(keepWorker);
    await page.goto(at);
    await ready(page);
    return page;
  }

  test('trains, and the loss falls by half', async () => {
    const page = await visit();
    await train(page);
    await untilStep(page, 1);
    const first = await page.waitForFunction(() => {
      const loss = Number(document.getElementById('figure-loss')?.textContent);
      return loss > 0 ? loss : undefined;
    });
    const before = Number(await first.jsonValue());
    await page.waitForFunction(
      (most) => Number(document.getElementById('figure-loss')?.textContent) < most,
      before / 2,
    );
    expect(await figure(page, 'speed')).toBeGreaterThan(0);
    expect(await page.locator('#figure-kernels').textContent()).toMatch(/^simd, \d+ threads?$/);
    await pause(page);
    expect(await figure(page, 'loss')).toBeLessThan(before / 2);
  });

  test('shows what the network learns: reconstructions, filters, the plane', async () => {
    const page = await visit();
    const before = await pixels(page, '#pictures canvas');
    await train(page);
    await untilStep(page, 300);
    await pause(page);
    await page.locator('#network-card').scrollIntoViewIfNeeded();
    await drawn(page);
    for (const canvas of ['#pictures canvas', '#filters canvas', '#plane', '#loss-chart']) {
      expect({ canvas, colors: (await colorsOf(page, canvas)) > 10 }).toEqual({ canvas, colors: true });
    }
    expect(await pixels(page, '#pictures canvas')).not.toBe(before);
  });

  test('begins again with the same bits, which are those of the engine in Node', async () => {
    const page = await visit();
    const trained: Float32Array[] = [];
    for (let round = 0; round < 2; round++) {
      for (let step = 1; step <= 5; step++) {
        await page.getByRole('button', { name: 'Step', exact: true }).click();
        await untilStep(page, step);
      }
      trained.push(await weights(page));
      await page.getByRole('button', { name: 'Reset', exact: true }).click();
      await page.waitForFunction(() => document.getElementById('figure-step')?.textContent === '–');
    }
    expect(firstOtherBits(trained[1], trained[0])).toBeUndefined();

    const model = new Autoencoder({ inputShape: [28, 28], seed: 42 });
    model.compile({ optimizer: new Adam({ learningRate: 1e-3 }) });
    const end = new AbortController();
    await model.fit(normalize(generateDigits({ count: 6000, seed: 1 })), {
      signal: end.signal,
      onBatchEnd: ({ batch }) => batch === 5 && end.abort(),
    });
    expect(firstOtherBits(trained[0], model.parameters.values)).toBeUndefined();
  });

  test('redraws the decoded picture when a slider moves', async () => {
    const page = await visit();
    await train(page);
    await untilStep(page, 300);
    await pause(page);
    await page.locator('#code-middle').click();
    await drawn(page);
    const before = await pixels(page, '#code-picture canvas');
    const slider = page.getByRole('slider', { name: 'Number 1 of the code', exact: true });
    await slider.focus();
    for (let i = 0; i < 50; i++) await page.keyboard.press('ArrowRight');
    await drawn(page);
    expect(await pixels(page, '#code-picture canvas')).not.toBe(before);
  });

  test('trains on a dropped .npy', async () => {
    const page = await visit();
    const data = Uint8Array.from({ length: 200 * 64 }, (_, i) => (i % 64) * (1 + (i % 3)));
    await drop(page, 'stripes.npy', writeNpy({ shape: [200, 8, 8], data }));
    await page.getByText('stripes.npy').first().waitFor();
    expect(await page.locator('#data-name').textContent()).toContain('8 × 8');
    await train(page);
    await page.getByRole('status').getByText('Finished').waitFor(); // 100 epochs of few and small pictures
    await drawn(page);
    expect(await figure(page, 'epoch')).toBe(100);
    expect(await figure(page, 'loss')).toBeLessThan(0.05);
    expect(await page.getByRole('alert').isVisible()).toBe(false);
  });

  test('trains on dropped images, decoded by the browser', async () => {
    const page = await visit();
    const png = (side: number) => drawImage(page, 'image/png', side);
    const buffers = [await png(90), await png(20), await drawImage(page, 'image/jpeg', 150)];
    const chosen = buffers.map((buffer, i) => ({ name: `${i}.png`, mimeType: 'image/png', buffer }));
    await page.locator('#data-files').setInputFiles(chosen);
    await page.getByText('cropped to squares and scaled to 32×32').waitFor();
    expect(await page.locator('#data-name').textContent()).toBe('3 images: 3 samples of 32 × 32 × 3');
    const small = await png(20);
    await page
      .locator('#data-files')
      .setInputFiles([1, 2].map((i) => ({ name: `${i}.png`, mimeType: 'image/png', buffer: small })));
    await page.getByText('2 images: 2 samples of 20 × 20 × 3').waitFor(); // as they are
    await train(page);
    await untilStep(page, 5);
  });

  test('trains on a dropped folder of images, and of folders inside of it', async () => {
    const page = await visit();
    const images = join(folder, 'images');
    mkdirSync(join(images, 'more'), { recursive: true });
    for (const name of ['a.png', 'b.png', 'more/c.png']) {
      writeFileSync(join(images, name), await drawImage(page, 'image/png', 20));
    }
    writeFileSync(join(images, '.hidden'), 'left by the system');
    const client = await page.context().newCDPSession(page);
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
      const data = { items: [], files: [images], dragOperationsMask: 1 };
      await client.send('Input.dispatchDragEvent', { type, x: 300, y: 300, data });
    }
    await page.getByText('3 images: 3 samples of 20 × 20 × 3').waitFor();
    expect(await page.getByRole('alert').isVisible()).toBe(false);
  });

  test('ends at the last of many quick changes, and trains on', async () => {
    const page = await visit();
    await train(page);
    await untilStep(page, 1);
    await page.evaluate(async () => {
      const field = document.querySelector('[name=kind]') as HTMLSelectElement;
      for (const kind of ['vae', 'gan', 'autoencoder', 'vae', 'gan', 'autoencoder', 'vae']) {
        field.value = kind;
        field.dispatchEvent(new Event('change', { bubbles: true }));
        await new Promise((resolve) => setTimeout(resolve, 40));
      }
    });
    await page.waitForFunction(() => document.querySelectorAll('#sliders input').length === 20);
    await untilStep(page, 3);
    expect(await page.locator('[name=kind]').inputValue()).toBe('vae');
    expect(await page.locator('#loss-teach').textContent()).toContain('KL divergence');
    await page.getByRole('button', { name: 'Reset', exact: true }).click();
    await page.getByRole('status').getByText('Ready to train').waitFor();
  });

  test('answers a bad file with one sentence, and goes on', async () => {
    const page = await visit();
    await drop(page, 'broken.npy', Uint8Array.of(1, 2, 3));
    const alert = page.getByRole('alert');
    await alert.getByText(/^broken\.npy: /).waitFor();
    await page
      .locator('#data-files')
      .setInputFiles([{ name: 'photo.png', mimeType: 'image/png', buffer: Buffer.from('no image') }]);
    await alert.getByText("photo.png: the browser can't read this image").waitFor();
    await train(page);
    await untilStep(page, 10);
  });

  test('saves a model that the command line opens, with the same codes, bit for bit', async () => {
    const page = await visit();
    await train(page);
    await untilStep(page, 200);
    await pause(page);
    const waiting = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    const download = await waiting;
    expect(download.suggestedFilename()).toBe('model.safetensors');
    await download.saveAs(join(folder, 'page.safetensors'));
    const codes = await codesInCommandLine('page.safetensors');
    for (const index of [0, 7, 999]) {
      const { code } = await call(page, 'point', index);
      expect(code).toEqual([...codes.subarray(32 * index, 32 * (index + 1))]);
    }
    const { code, stdout } = await isthmus(['info', 'page.safetensors'], { cwd: folder });
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('784') });
  });

  test.each(['dense', 'conv'])(
    'opens a %s model of the command line, with the same codes, bit for bit',
    async (layers) => {
      const options = [
        '--count',
        '300',
        '--epochs',
        '3',
        '--encoding-dim',
        '5',
        '--layers',
        layers,
        '--out',
        layers,
      ];
      expect((await isthmus(['train', ...options], { cwd: folder })).code).toBe(0);
      const page = await visit();
      await page.locator('#model-file').setInputFiles(join(folder, layers, 'model.safetensors'));
      await page.waitForFunction(() => document.querySelectorAll('#sliders input').length === 5);
      expect(await page.locator('select[name=layers]').inputValue()).toBe(layers);
      const codes = await codesInCommandLine(layers);
      for (const index of [0, 3, 500]) {
        const { code } = await call(page, 'point', index);
        expect(code).toEqual([...codes.subarray(5 * index, 5 * (index + 1))]);
      }
      expect(await page.getByRole('alert').isVisible()).toBe(false);
    },
  );

  /** The codes of the page's test digits. */
  async function codesInCommandLine(model: string): Promise<Float32Array> {
    writeFileSync(join(folder, 'digits.npy'), writeNpy(testDigits));
    const files = ['--data', 'digits.npy', '--out', 'codes.npy', '--overwrite'];
    const { code, stderr } = await isthmus(['encode', '--model', model, ...files], { cwd: folder });
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('codes.npy') });
    return readNpy(readFileSync(join(folder, 'codes.npy'))).data as Float32Array;
  }

  test('trains convolutions, and refuses them for samples that are no pictures', async () => {
    const page = await visit();
    const layers = page.locator('select[name=layers]');
    await layers.selectOption('conv');
    await page.waitForFunction(() =>
      document.querySelector('#parameters')?.textContent?.startsWith('53,473 '),
    );
    expect(await page.locator('input[name=hidden]').inputValue()).toBe('');
    await train(page);
    await untilStep(page, 30);
    await pause(page);
    await page.locator('#filters canvas').scrollIntoViewIfNeeded();
    await drawn(page);
    expect(await colorsOf(page, '#filters canvas')).toBeGreaterThan(5);
    expect(await page.locator('#filters canvas').getAttribute('aria-label')).toContain('8 units');
    writeFileSync(
      join(folder, 'table.csv'),
      Array.from({ length: 30 }, (_, i) => `${i},${i * i}`).join('\n'),
    );
    await page.locator('#data-files').setInputFiles(join(folder, 'table.csv'));
    await page.waitForFunction(() => document.querySelector('#data-name')?.textContent?.startsWith('table'));
    expect(await layers.inputValue()).toBe('dense');
    await layers.selectOption('conv');
    await page.waitForFunction(() => !document.querySelector<HTMLElement>('#alert')?.hidden);
    expect(await page.getByRole('alert').first().textContent()).toMatch(
      /^\s*Convolutional layers are for pictures/,
    );
    expect(await layers.inputValue()).toBe('dense');
  });

  test.each([
    ['vae', 'Variational autoencoder'],
    ['gan', 'GAN (generative adversarial network)'],
  ])('makes new samples of a %s', async (kind) => {
    const page = await visit();
    await page.locator('select').first().selectOption(kind);
    await page.waitForFunction((wanted) => document.body.dataset.kind === wanted, kind);
    await train(page);
    await untilStep(page, 100);
    await pause(page);
    await page.locator('#new-button').click();
    await page.locator('#new-samples canvas').scrollIntoViewIfNeeded();
    await drawn(page);
    expect(await colorsOf(page, '#new-samples canvas')).toBeGreaterThan(20);
    const first = await pixels(page, '#new-samples canvas');
    await page.locator('#new-button').click();
    await page.waitForFunction(
      ([selector, before]) => (document.querySelector(selector) as HTMLCanvasElement).toDataURL() !== before,
      ['#new-samples canvas', first] as const,
    );
  });

  test('brings a drawing back', async () => {
    const page = await visit();
    await train(page);
    await untilStep(page, 300);
    await pause(page);
    await page.locator('#paper').scrollIntoViewIfNeeded();
    const before = await pixels(page, '#drawn');
    const box = await page.locator('#paper').boundingBox();
    if (!box) throw new Error('there is no paper');
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 5);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2, box.y + (4 * box.height) / 5, { steps: 10 });
    await page.mouse.up();
    await drawn(page);
    expect(await colorsOf(page, '#paper')).toBeGreaterThan(1);
    expect(await pixels(page, '#drawn')).not.toBe(before);
  });

  test('runs where the host sends no headers: on one thread, and says so', async () => {
    const page = await visit({ serviceWorkers: 'block' }, plainAddress);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
    expect(await page.locator('#isolation').textContent()).toMatch(/^One thread computes/);
    expect(await page.locator('#figure-kernels').textContent()).toBe('simd, 1 thread');
    await train(page);
    await untilStep(page, 50);
  });

  test('gets its threads there from a service worker, after one more load', async () => {
    const page = await newPage();
    await page.goto(plainAddress);
    await page.waitForFunction(() => crossOriginIsolated);
    await ready(page);
    expect(await page.locator('#isolation').isVisible()).toBe(false);
  });

  test('sends nothing anywhere', async () => {
    const page = await newPage();
    const addresses: string[] = [];
    page.on('request', (request) => addresses.push(request.url()));
    await page.goto(address);
    await ready(page);
    await drop(
      page,
      'a.npy',
      writeNpy({ shape: [30, 4, 4], data: new Uint8Array(480).map((_, i) => i % 251) }),
    );
    await page.getByText('a.npy').first().waitFor();
    await train(page);
    await untilStep(page, 10);
    expect(addresses.length).toBeGreaterThan(3);
    expect(addresses.filter((one) => !one.startsWith(address) && !one.startsWith('blob:'))).toEqual([]);
  });

  test('speaks English and Chinese, and remembers which', async () => {
    const page = await visit({ locale: 'zh-CN' });
    expect(await page.locator('html').getAttribute('lang')).toMatch(/^zh/);
    await page.getByRole('button', { name: '训练', exact: true }).waitFor();
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByRole('button', { name: 'Train', exact: true }).waitFor();
    await page.reload();
    await ready(page);
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
  });

  test('is used by keyboard, and everything has a name for screen readers', async () => {
    const page = await visit();
    const nameless = await page.evaluate(() =>
      [...document.querySelectorAll('button, input, select, a, canvas')]
        .filter((one) => one.checkVisibility())
        .filter((one) => {
          const input = one as HTMLInputElement;
          const names = [one.getAttribute('aria-label'), input.labels?.[0]?.textContent, one.textContent];
          return !names.some((name) => name?.trim());
        })
        .map((one) => one.outerHTML.slice(0, 80)),
    );
    expect(nameless).toEqual([]);
    for (let i = 0; i < 12; i++) {
      await page.keyboard.press('Tab');
      if ((await page.evaluate(() => document.activeElement?.id)) === 'train') break;
    }
    await page.keyboard.press('Enter');
    await untilStep(page, 10);
    await pause(page);
    await page.locator('#plane').focus();
    await drawn(page);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page.locator('#code-source').getByText(/plane/).waitFor();
  });

  test.each([360, 768, 1280])('fits a screen of %i pixels', async (width) => {
    const page = await visit({ viewport: { width, height: 740 } });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(wide).toBeLessThanOrEqual(width);
  });

  test('is dark where the visitor wants it dark', async () => {
    const background = async (colorScheme: 'light' | 'dark') => {
      const page = await visit({ colorScheme });
      const color = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
      return (color.match(/\d+/g) ?? []).slice(0, 3).reduce((sum, one) => sum + Number(one), 0);
    };
    expect(await background('light')).toBeGreaterThan(600);
    expect(await background('dark')).toBeLessThan(150);
  });

  test('is drawn first with less than 100 kB', () => {
    const sizes = ['index.html', 'style.css', 'page.js', 'icon.svg'].map(
      (name) => statSync(join(PAGE, name)).size,
    );
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(100_000);
  });
});

async function ready(page: Page): Promise<void> {
  await page.waitForFunction(
    () =>
      document.getElementById('figure-kernels')?.textContent?.includes('thread') ||
      document.getElementById('figure-kernels')?.textContent?.includes('线程'),
  );
  await page.waitForFunction(() => document.querySelectorAll('#sliders input').length > 0);
  await drawn(page);
}

/** After what was asked for has been answered and drawn. */
async function drawn(page: Page): Promise<void> {
  await page.waitForTimeout(300);
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  );
}

const pixels = (page: Page, selector: string) =>
  page.evaluate((one) => (document.querySelector(one) as HTMLCanvasElement).toDataURL(), selector);

/** How many colours a canvas has: a blank one has one. */
function colorsOf(page: Page, selector: string): Promise<number> {
  return page.evaluate((one) => {
    const canvas = document.querySelector(one) as HTMLCanvasElement;
    const context = canvas.getContext('2d') as CanvasRenderingContext2D;
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size;
  }, selector);
}

/** A red rectangle on a square image of this side. */
async function drawImage(page: Page, type: 'image/png' | 'image/jpeg', side: number): Promise<Buffer> {
  const base64 = await page.evaluate(
    ([wanted, length]) => {
      const canvas = document.createElement('canvas');
      canvas.width = canvas.height = length;
      const context = canvas.getContext('2d') as CanvasRenderingContext2D;
      context.fillStyle = 'red';
      context.fillRect(length / 8, length / 8, length / 2, length / 2);
      return canvas.toDataURL(wanted).split(',')[1];
    },
    [type, side] as const,
  );
  return Buffer.from(base64, 'base64');
}

/** Drops a file onto the page. */
async function drop(page: Page, name: string, bytes: Uint8Array): Promise<void> {
  await page.evaluate(
    ([fileName, values]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([Uint8Array.from(values)], fileName));
      for (const type of ['dragover', 'drop']) {
        document.body.dispatchEvent(
          new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }),
        );
      }
    },
    [name, [...bytes]] as const,
  );
}

/** On the page: remembers its worker, so that a test can ask it, too. */
function keepWorker(): void {
  const scope = globalThis as unknown as { Worker: typeof Worker; pageWorker?: Worker };
  const Original = scope.Worker;
  scope.Worker = class extends Original {
    constructor(...args: ConstructorParameters<typeof Worker>) {
      super(...args);
      scope.pageWorker ??= this;
    }
  };
}

/** Makes a call of the page's worker; arrays come back as lists. */
function call<Name extends CallName>(page: Page, name: Name, ...args: Parameters<Calls[Name]>) {
  return page.evaluate(
    ([callName, callArgs]) =>
      new Promise<{ code: number[]; bytes: number[] }>((resolve, reject) => {
        const { pageWorker } = globalThis as unknown as { pageWorker: Worker };
        const id = `test ${performance.now()}`;
        pageWorker.addEventListener('message', function listen({ data }) {
          if (data.id !== id) return;
          pageWorker.removeEventListener('message', listen);
          if (data.error) reject(new Error(data.error));
          resolve({ code: [...(data.result.code ?? [])], bytes: [...(data.result.bytes ?? [])] });
        });
        pageWorker.postMessage({ id, call: callName, args: callArgs });
      }),
    [name, args] as const,
  );
}

async function weights(page: Page): Promise<Float32Array> {
  const { bytes } = await call(page, 'save');
  return readAnyModel(Uint8Array.from(bytes)).model.parameters.values;
}
