/** The same tests once for each set of kernels. */

import { afterAll, beforeAll, describe } from '@jest/globals';
import { kernels, setKernels, supportedKernels } from '../../src/tensor/kernels/active.ts';

/** To how many decimals a loss is what it should be: it is a float64 sum, but with SIMD its terms are float32 numbers. */
export const lossDecimals = (): number => (kernels().name.startsWith('simd') ? 7 : 12);

/** Runs these tests with each set in use, then goes back to the one before. */
export function describeEachKernels(name: string, tests: () => void): void {
  describe.each(supportedKernels().map((set) => set.name))(`${name} with the %s kernels`, (set) => {
    const before = kernels().name;
    beforeAll(() => {
      setKernels(set);
    });
    afterAll(() => {
      setKernels(before);
    });
    tests();
  });
}
