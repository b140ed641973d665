/** The garbage collector frees a part of the memory once it is dropped, and never while a view of it is left. */

import { describe, expect, test } from '@jest/globals';
import { builtFile, runScript } from '../../../helpers/script.ts';

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
