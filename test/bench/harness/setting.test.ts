import { expect, test } from '@jest/globals';
import { kernelsNamed, ONE_THREAD, TWO_THREADS, use } from '../../../bench/harness/setting.ts';
import { kernels, threads } from '../../../src/tensor/kernels/active.ts';
import type { KernelsName } from '../../../src/tensor/kernels/kernels.ts';

test.each([
  [ONE_THREAD, 'simd', 1],
  [TWO_THREADS, 'simd', 2],
  [{ kernels: 'simd' }, 'simd', 1],
  [{ kernels: 'blocked' }, 'blocked', 1],
] as const)('%j puts %s with %d threads into use', async (setting, name, count) => {
  await use(setting);
  expect(kernels().name).toBe(name);
  expect(threads()).toBe(count);
});

test('refuses kernels that do not exist', async () => {
  const unknown = 'cuda' as KernelsName;
  await expect(use({ kernels: unknown })).rejects.toThrow("there are no kernels named 'cuda'");
  expect(() => kernelsNamed(unknown)).toThrow('this machine has no cuda kernels');
  expect(kernelsNamed('simd').name).toBe('simd');
});
