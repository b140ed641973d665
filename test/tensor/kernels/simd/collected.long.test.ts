/** That networks and trainings which were dropped leave nothing behind, however many there were. */

import { describe, expect, test } from '@jest/globals';
import { builtFile, runScript } from '../../../helpers/script.ts';

const MEBIBYTE = 2 ** 20;

describe('1,000 networks, each dropped for the next', () => {
  /**
   * A network of the article takes 0.9 MB for its parameters and gradients: 900 MB for all. A third of it is well above
   * what the collector leaves lying, and well below what it would be if nothing were given back.
   */
  const MAX_GROWTH = 300 * MEBIBYTE;

  /** Prints by how many bytes the process grew after the first 20 networks. */
  const building = (count: number, after: string) => `
    const { Autoencoder } = await import('${builtFile('index.js')}');
    const kept = [];
    let first;
    for (let i = 0; i < ${count}; i++) {
      const one = new Autoencoder({ inputShape: [28, 28, 1], encodingDim: 32, hidden: [64, 32], seed: i });
      if (i === 20) first = process.memoryUsage().rss;
      ${after}
    }
    console.log(process.memoryUsage().rss - first);`;
  const growth = async (count: number, after: string) =>
    Number((await runScript(building(count, after))).stdout || Number.NaN);
  const PAUSE = 'await new Promise((resolve) => setTimeout(resolve));';

  test.each([
    ['with a pause between them', PAUSE],
    ['in one go', ''],
  ])('%s, do not add up', async (_name, after) => {
    expect(await growth(1000, after)).toBeLessThan(MAX_GROWTH);
  });

  test('negative control: 500 that are kept do add up', async () => {
    expect(await growth(500, `kept.push(one); ${PAUSE}`)).toBeGreaterThan(MAX_GROWTH);
  });
});

test('trainings and optimizers of one network leave nothing behind', async () => {
  const program = `
    const { Autoencoder, Adam, Tensor } = await import('${builtFile('index.js')}');
    const { kernels } = await import('${builtFile('tensor/kernels/active.js')}');
    const { memory } = kernels();
    memory.release(memory.take(2 ** 26)); // room, as after larger networks
    const autoencoder = new Autoencoder({ inputShape: [784], hidden: [], encodingDim: 8 });
    const images = Tensor.zeros([40, 784]);
    const used = [];
    for (let i = 0; i < 3; i++) {
      for (let fit = 0; fit < 40; fit++) {
        autoencoder.compile({ optimizer: new Adam() });
        await autoencoder.fit(images, { epochs: 1, validationData: images });
        gc();
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
      gc();
      await new Promise((resolve) => setTimeout(resolve, 20));
      used.push(memory.used);
    }
    console.log(JSON.stringify(used));`;
  const [first, , last] = JSON.parse((await runScript(program, ['--expose-gc'])).stdout) as number[];
  // 40 fits take 40 · 2 · 0.1 MB for their batches and moments: ten times what may be under way.
  expect(last).toBeLessThan(first + MEBIBYTE);
});
