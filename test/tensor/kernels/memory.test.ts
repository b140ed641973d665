/** Where arenas allocate their arrays. ../workspace.test.ts shows that they are zeros and share nothing. */

import { afterEach, describe, expect, test } from '@jest/globals';
import { kernels, setKernels } from '../../../src/tensor/kernels/active.ts';
import { Arena } from '../../../src/tensor/kernels/memory.ts';
import type { EngineMemory } from '../../../src/tensor/kernels/simd/memory.ts';

const atFirstUse = kernels().name;
afterEach(() => {
  setKernels(atFirstUse);
});

/** The address in the kernels' memory, or undefined outside of it. */
const addressOf = (array: Float32Array) => (kernels().memory as EngineMemory | undefined)?.addressOf(array);

describe('with kernels that have a memory of their own', () => {
  test('all arrays of an arena lie in it', () => {
    const arena = new Arena();
    for (const length of [1, 0, 100, 3]) expect(addressOf(arena.allocate(length))).toBeGreaterThan(0);
  });

  // 4 MB and 20 MB: more than the initial memory, and more than all arrays before.
  test.each([1_000_000, 5_000_000])(
    'so does a first array of %d numbers, for which the memory has to grow',
    (length) => {
      expect(addressOf(new Arena().allocate(length))).toBeGreaterThan(0);
    },
  );

  test('so does a later one, and the earlier ones stay at their addresses', () => {
    const arena = new Arena();
    const first = arena.allocate(10).fill(5);
    const address = addressOf(first);
    expect(addressOf(arena.allocate(10_000_000))).toBeGreaterThan(0);
    expect(addressOf(first)).toBe(address);
    expect(first).toEqual(new Float32Array(10).fill(5));
  });
});

test('with kernels that have none, arrays are ordinary ones', () => {
  setKernels('blocked');
  const array = new Arena().allocate(5);
  expect(array).toEqual(new Float32Array(5));
  expect(array.buffer.byteLength).toBe(20);
});

test('after a change of kernels, an arena allocates in the memory of the new ones', () => {
  const arena = new Arena();
  const first = arena.allocate(4).fill(1);
  setKernels('blocked');
  const second = arena.allocate(4).fill(2);
  setKernels('simd');
  const third = arena.allocate(4).fill(3);
  expect([...first, ...second, ...third]).toEqual([1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3]);
  expect([first, second, third].map((array) => addressOf(array) !== undefined)).toEqual([true, false, true]);
});

test('slice() is a copy; a structured clone is another view of the same memory', () => {
  const array = new Arena().allocate(3).fill(1);
  const [copy, clone] = [array.slice(), structuredClone(array)];
  array.fill(2);
  expect([...copy]).toEqual([1, 1, 1]);
  // What README's "What is not promised" warns of.
  expect([...clone]).toEqual([2, 2, 2]);
});
