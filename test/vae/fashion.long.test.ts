/**
 * The variational autoencoder on real images, against PyTorch: 10,000 images of Fashion-MNIST (Xiao, Rasul & Vollgraf,
 * 2017), 784-400-20-400-784, batches of 128, Adam with 1e-3, 30 epochs. Skipped where the images are missing.
 */

import { existsSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { normalize } from '../../src/data/normalization.ts';
import { loadImages } from '../../src/node/files/load.ts';
import { useThreads } from '../../src/tensor/kernels/active.ts';
import { VariationalAutoencoder } from '../../src/vae/variationalAutoencoder.ts';
import { meanOf } from './reference.ts';

const DATA = new URL('../../../shared/data/', import.meta.url).pathname;
const [TRAIN, TEST] = ['fashion-train-10k.npy', 'fashion-test-2k.npy'].map((name) => DATA + name);
const isThere = [TRAIN, TEST].every((path) => existsSync(path));

/**
 * The mean negative ELBO of the 2,000 test images, in nats. PyTorch (float32, Glorot's weights, epsilon 1e-7): 248.30, 248.24
 * and 248.14 with the seeds 1 to 3, where the epochs before the last one differ by up to 1.7; here: 249.86, 248.65 and 248.00.
 */
const PYTORCH = 248.2;

(isThere ? test : test.skip)(
  `the negative ELBO of test images is within 1 % of PyTorch's${isThere ? '' : ` (skipped: there is no ${TRAIN})`}`,
  async () => {
    await useThreads('auto');
    const [train, images] = [normalize(await loadImages(TRAIN)), normalize(await loadImages(TEST))];
    const vae = new VariationalAutoencoder({ inputShape: [28, 28], seed: 1 });
    const { epochs } = await vae.fit(train, { epochs: 30, batchSize: 128 });
    const { reconstruction, kl } = await vae.negativeElbo(images);
    const [reconstructions, divergences] = [meanOf(reconstruction), meanOf(kl)];
    expect(Math.abs((reconstructions + divergences) / PYTORCH - 1)).toBeLessThan(0.01);
    // At the ends of epochs 26 to 30, PyTorch's and these: 15.2 to 17.8.
    expect(Math.abs(divergences - 16.5)).toBeLessThan(2.5);
    // PyTorch in float64 with the same first weights, order of samples and draws (test/golden/vae/fashion.py): the whole
    // recipe. Training makes rounding larger from epoch to epoch. Seen: off by 0.0000, 0.0001 and 0.0012.
    expect(epochs[0].loss).toBeCloseTo(358.2071, 3);
    expect(epochs[0].parts?.kl).toBeCloseTo(13.7073, 3);
    expect(epochs[1].loss).toBeCloseTo(287.0364, 2);
    expect(epochs[2].loss).toBeCloseTo(273.3465, 1);
    await useThreads(1);
  },
);
