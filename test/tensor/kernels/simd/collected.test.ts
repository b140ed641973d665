/** The garbage collector frees a part of the memory once it is dropped, and never while a view of it is left. */

import { describe, expect, test } from '@jest/globals';
import { builtFile, runScript } from '../../../helpers/script.ts';

const MEBIBYTE = 2 ** 20;

describe('arrays of a part that was dropped', () => {
  /** Prints how many bytes were freed by each of the steps. */
  const collecting = (make: string, steps: string) => `
    const { EngineMemory } = await import('${builtFile('tensor/kernels/simd/memory.js')}');
    const memory = new EngineMemory(16);
    const make = () => { const part = memory.createPart(); ${make} };
    let kept = make();
    // The part that was made last, and the one seen last, are not dropped: that is this one.
    const other = memory.createPart().allocate(16);
    const used = memory.used;
    const given = [];
    const collect = async () => {
      memory.addressOf(other);
      for (let i = 0; i < 5; i++) {
        gc();
        await new Promise((resolve) => setTimeout(resolve));
      }
      given.push(used - memory.used);
    };
    ${steps}
    console.log(JSON.stringify(given));`;
  const given = async (make: string, steps: string) =>
    JSON.parse((await runScript(collecting(make, steps), ['--expose-gc'])).stdout) as number[];

  // 1,000 numbers are 4,032 bytes in whole lines.
  test.each([
    ['the array', 'return part.allocate(1000);'],
    ['a subarray of a subarray', 'return part.allocate(1000).subarray(900).subarray(50, 51);'],
    ['another array of the part', 'part.allocate(984); return part.allocate(1);'],
    ['a view of other numbers', 'return new Uint8Array(part.allocate(1000).buffer, 100, 1);'],
    ['the buffer', 'return part.allocate(1000).buffer;'],
  ])('are given back when %s is dropped, not before', async (_name, make) => {
    const steps = 'await collect(); globalThis.used = kept.length; kept = undefined; await collect();';
    expect(await given(make, steps)).toEqual([0, 4032]);
  });

  test('are given back although the memory grew meanwhile', async () => {
    const steps = 'memory.release(memory.take(2 ** 22)); await collect(); kept = undefined; await collect();';
    expect(await given('return part.allocate(1000);', steps)).toEqual([0, 4032]);
  });

  test('and what is given back is used again', async () => {
    const steps = `
      const before = memory.addressOf(kept);
      kept = undefined;
      await collect();
      const again = memory.createPart().allocate(1000);
      given.push(memory.addressOf(again) - before, again.some((value) => value !== 0) ? 1 : 0);`;
    expect(await given('return part.allocate(1000).fill(7);', steps)).toEqual([4032, 0, 0]);
  });
});

describe('1,000 networks, each dropped for the next', () => {
  /**
   * A network of the article takes 0.9 MB for its parameters and gradients: 900 MB for all. A third of it is well above
   * what the collector leaves lying, and well below what it would be if nothing were given back.
   */
  const MOST_GROWTH = 300 * MEBIBYTE;

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
    expect(await growth(1000, after)).toBeLessThan(MOST_GROWTH);
  });

  test('negative control: 500 that are kept do add up', async () => {
    expect(await growth(500, `kept.push(one); ${PAUSE}`)).toBeGreaterThan(MOST_GROWTH);
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
