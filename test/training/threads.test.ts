/** Any number of threads trains the same model of each kind, bit for bit. */

import { afterAll, expect, test } from '@jest/globals';
import { Autoencoder } from '../../src/autoencoder/autoencoder.ts';
import { GAN } from '../../src/gan/gan.ts';
import { writeModel } from '../../src/io/model.ts';
import { useConvolutions } from '../../src/layers/convolutions.ts';
import { kernels, setKernels, threads, useThreads } from '../../src/tensor/kernels/active.ts';
import { VariationalAutoencoder } from '../../src/vae/variationalAutoencoder.ts';
import { uniformTensor } from '../helpers/randomArrays.ts';
import { alwaysTogether } from '../helpers/together.ts';

useConvolutions();

// Large enough for products that are worth sharing.
const SAMPLES = uniformTensor([130, 30, 10], 1, 0, 1);
const SHAPE = { inputShape: [30, 10], seed: 3 };

const KINDS = {
  autoencoder: () => {
    const autoencoder = new Autoencoder({ ...SHAPE, hidden: [100] });
    autoencoder.compile({ dropout: 0.2, sparsity: 0.01 });
    return autoencoder;
  },
  vae: () => new VariationalAutoencoder({ ...SHAPE, hidden: [100] }),
  gan: () => {
    const gan = new GAN({ ...SHAPE, generatorHidden: [100], discriminatorHidden: [100] });
    gan.compile({ dropout: 0.2 });
    return gan;
  },
  'autoencoder of convolutions': () => new Autoencoder({ ...SHAPE, conv: [4, 8] }),
  'vae of convolutions': () => new VariationalAutoencoder({ ...SHAPE, conv: [4, 8] }),
  'gan of convolutions': () => new GAN({ ...SHAPE, conv: [4, 8] }),
};

const before = kernels().name;
afterAll(async () => {
  await useThreads(1);
  setKernels(before);
});

test.each(Object.entries(KINDS))('%s', async (_, make) => {
  setKernels('simd');
  const files: Uint8Array[] = [];
  const histories: unknown[] = [];
  for (const count of [1, 2, 3]) {
    await useThreads(count);
    expect(threads()).toBe(kernels().name === 'simd' ? count : 1);
    const backToTrueClock = alwaysTogether(() => {
      kernels().scale(100_000, 1, new Float32Array(100_000));
    });
    const model = make();
    const { epochs } = await model.fit(SAMPLES, { epochs: 2, batchSize: 50 }).finally(backToTrueClock);
    files.push(writeModel(model));
    histories.push(epochs);
  }
  expect(files.map((file) => Buffer.compare(file, files[0]))).toEqual([0, 0, 0]);
  expect(histories.slice(1)).toEqual([histories[0], histories[0]]);
  // The control: not all trainings give these bits.
  const other = make();
  await other.fit(SAMPLES, { epochs: 2, batchSize: 51 });
  expect(Buffer.compare(writeModel(other), files[0])).not.toBe(0);
});
