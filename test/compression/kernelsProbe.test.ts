/** Files made with kernels that a machine lacks. This file switches WebAssembly off before anything asks for it. */

import { afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { compressImages } from '../../src/compression/compress.ts';
import { CompressedFile, decompressImages } from '../../src/compression/decompress.ts';
import { kernelsProbe } from '../../src/compression/kernelsProbe.ts';
import { DataError } from '../../src/data/samples.ts';
import { kernels, setKernels, supportedKernels } from '../../src/tensor/kernels/active.ts';
import { partsOf, withChecks, withLengths } from '../helpers/bytes/isthParts.ts';
import { toyImages, toyModel } from '../training/toy.ts';

beforeAll(() => {
  jest.spyOn(WebAssembly, 'validate').mockReturnValue(false);
  expect(supportedKernels().map(({ name }) => name)).toEqual(['naive', 'blocked']);
});
afterEach(() => {
  setKernels('blocked');
});

/** The same file, whose header says that the simd kernels made it. */
function madeWithSimd(file: Uint8Array): Uint8Array {
  const parts = partsOf(file);
  const description = JSON.stringify({ ...JSON.parse(parts.description), kernels: 'simd' });
  return withChecks(withLengths({ ...parts, description }));
}

describe('kernels that this machine cannot run', () => {
  test('make a lossless file that is refused', async () => {
    const { bytes } = await compressImages(toyModel(), toyImages(9), { lossless: true });
    expect((await decompressImages(bytes, toyModel())).shape).toEqual([9, 4, 4]);
    await expect(decompressImages(madeWithSimd(bytes), toyModel())).rejects.toThrow(
      new DataError(
        'the file was made with the simd kernels, which this machine cannot run: a lossless file needs every bit that they compute.',
      ),
    );
  });

  test('make a lossy file that is read with those in use', async () => {
    const { bytes } = await compressImages(toyModel(), toyImages(9));
    const file = await CompressedFile.open(madeWithSimd(bytes));
    expect(file.missingKernels).toBe('the simd kernels, which this machine cannot run');
    const { data } = await decompressImages(madeWithSimd(bytes), toyModel());
    expect(data).toEqual((await decompressImages(bytes, toyModel())).data);
  });
});

describe('the probe of kernels', () => {
  test('is the same each time, and leaves the set in use', () => {
    setKernels('blocked');
    const probes = supportedKernels().map(({ name }) => kernelsProbe(name));
    expect(supportedKernels().map(({ name }) => kernelsProbe(name))).toEqual(probes);
    expect(kernels().name).toBe('blocked');
  });

  test.each([
    'matmul',
    'matmulTransposeB',
    'matmulBias',
    'relu',
    'leakyRelu',
    'sigmoid',
    'tanh',
    'silu',
  ] as const)('is another if %s computes other bits', (name) => {
    const [naive] = supportedKernels();
    const before = kernelsProbe('naive');
    const right = naive[name] as (...values: unknown[]) => void;
    const off = jest.spyOn(naive, name).mockImplementation((...values: unknown[]) => {
      right(...values);
      const out = values.at(-1) as Float32Array;
      out[out.length - 1] += 2 ** -20;
    });
    expect(kernelsProbe('naive')).not.toBe(before);
    off.mockRestore();
    expect(kernelsProbe('naive')).toBe(before);
  });
});
