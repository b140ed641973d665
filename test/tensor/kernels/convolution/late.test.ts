/** Kernels for images that are loaded after the engine was made: said, and not a trap in WebAssembly. */

import { expect, test } from '@jest/globals';
import { activeEngine, kernels } from '../../../../src/tensor/kernels/active.ts';
import { kernelCount } from '../../../../src/tensor/kernels/simd/code/module.ts';

test('are refused, unless a new engine has them', async () => {
  expect(kernels().name).toBe('simd');
  const before = kernelCount();
  const { convolutionKernels } = await import('../../../../src/tensor/kernels/convolution/active.ts');
  const { createSimdConvolutions } = await import('../../../../src/tensor/kernels/simd/convolutions.ts');
  const { Engine } = await import('../../../../src/tensor/kernels/simd/engine.ts');
  expect(kernelCount()).toBeGreaterThan(before);
  expect(activeEngine()?.kernels).toBe(before);
  expect(() => convolutionKernels()).toThrow(
    new Error(
      'useConvolutions: convolutions were loaded after the kernels had been compiled, expected before the first network and before useThreads.',
    ),
  );
  expect(() => createSimdConvolutions(new Engine())).not.toThrow();
});
