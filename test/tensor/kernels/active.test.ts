import { afterEach, expect, test } from '@jest/globals';
import {
  kernels,
  setKernels,
  supportedKernels,
  threads,
  useThreads,
} from '../../../src/tensor/kernels/active.ts';
import type { KernelsName } from '../../../src/tensor/kernels/kernels.ts';

const atFirstUse = kernels().name;
afterEach(() => {
  setKernels(atFirstUse);
});

test('the fastest set that computes the same bits everywhere is the default', () => {
  const names = supportedKernels().map((set) => set.name);
  expect(atFirstUse).toBe(names.filter((name) => name !== 'simd-fma').at(-1));
});

test('the sets have different names, naive is one of them', () => {
  const names = supportedKernels().map((set) => set.name);
  expect(new Set(names).size).toBe(names.length);
  expect(names[0]).toBe('naive');
});

test.each(supportedKernels().map((set) => set.name))('setKernels chooses %s', (name) => {
  expect(setKernels(name)).toBe(name);
  expect(kernels().name).toBe(name);
});

test('setKernels refuses an unknown name and lists the known ones', () => {
  expect(() => setKernels('fast' as KernelsName)).toThrow(
    "setKernels: there are no kernels named 'fast', expected one of: naive, blocked, simd, simd-fma.",
  );
  expect(kernels().name).toBe(atFirstUse);
});

test('only the SIMD kernels have more than one thread, and keep theirs while others are in use', async () => {
  expect(await useThreads(2)).toEqual({ threads: 2 });
  expect(threads()).toBe(2);
  setKernels('blocked');
  expect(threads()).toBe(1);
  setKernels('naive');
  expect(threads()).toBe(1);
  setKernels('simd');
  expect(threads()).toBe(2);
  await useThreads(1);
});
