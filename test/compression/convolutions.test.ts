/** Models with convolutions compress as others do: any number of threads makes the same file, and brings the same images back. */

import { afterAll, describe, expect, test } from '@jest/globals';
import { Autoencoder } from '../../src/autoencoder/autoencoder.ts';
import { compressImages } from '../../src/compression/compress.ts';
import { CompressedFile, decompressImages } from '../../src/compression/decompress.ts';
import { canUseKernels, FILE_KERNELS } from '../../src/compression/kernelsProbe.ts';
import { modelFingerprint } from '../../src/compression/modelFingerprint.ts';
import { denormalize } from '../../src/data/denormalize.ts';
import type { Samples } from '../../src/data/samples.ts';
import { readModel, writeModel } from '../../src/io/model.ts';
import '../../src/layers/convolutions.ts';
import type { LayerSpec } from '../../src/layers/spec.ts';
import { kernels, setKernels } from '../../src/tensor/kernels/active.ts';
import { Random } from '../../src/tensor/random.ts';
import { withThreads } from '../training/capturedRuns.ts';

const SIZE = 24;
const normalization = { kind: 'divide', dtype: 'u1', shift: 0, scale: 255 } as const;

/** Waves and noise. */
function imagesOf(count: number): Samples {
  const random = new Random(1);
  const data = Uint8Array.from(
    { length: count * SIZE ** 2 },
    (_, i) => 128 + 100 * Math.sin(i / 50) + 20 * random.uniform(),
  );
  return { shape: [count, SIZE, SIZE], data, normalization };
}

const images = imagesOf(60);

/** Stages of strided convolutions, or pooling and upsampling as in the tutorials. */
const pooled: readonly LayerSpec[][] = [
  [
    { type: 'reshape', shape: [SIZE, SIZE, 1] },
    { type: 'conv2d', inChannels: 1, outChannels: 8, kernelSize: 3, stride: 1, padding: 1, bias: true },
    { type: 'relu' },
    { type: 'maxPool2d', kernelSize: 2, stride: 2, padding: 0 },
    { type: 'flatten' },
    { type: 'dense', inFeatures: 8 * 12 * 12, outFeatures: 16, bias: true },
  ],
  [
    { type: 'dense', inFeatures: 16, outFeatures: 8 * 12 * 12, bias: true },
    { type: 'reshape', shape: [12, 12, 8] },
    { type: 'upsample2d', factor: 2 },
    { type: 'conv2d', inChannels: 8, outChannels: 1, kernelSize: 3, stride: 1, padding: 1, bias: true },
    { type: 'flatten' },
  ],
];
const MODELS = {
  stages: new Autoencoder({ inputShape: [SIZE, SIZE], conv: [8, 16], encodingDim: 16, seed: 1 }),
  pooled: new Autoencoder({
    spec: { type: 'autoencoder', inputShape: [SIZE, SIZE], encoder: pooled[0], decoder: pooled[1] },
    seed: 1,
  }),
};
for (const model of Object.values(MODELS)) await model.fit(images, { epochs: 2, batchSize: 20 });

const before = kernels().name;
afterAll(() => {
  setKernels(before);
});

describe.each(Object.entries(MODELS))('%s', (_, model) => {
  test.each(FILE_KERNELS.filter(canUseKernels))(
    '%s kernels: the same bytes, and the same images of them, on any number of threads',
    async (name) => {
      setKernels(name);
      const inside = writeModel(model);
      const compressAll = async () => ({
        lossy: (await compressImages(model, images, { levels: 16, model: inside })).bytes,
        lossless: (await compressImages(model, images, { lossless: true, model: inside })).bytes,
      });
      const files = await withThreads(1, compressAll);
      const decoded = Buffer.from((await decompressImages(files.lossy)).data.buffer);
      for (const count of name === 'simd' ? [2, 3] : [1]) {
        const { lossy, lossless } = await withThreads(count, compressAll);
        expect(Buffer.compare(lossy, files.lossy)).toBe(0);
        expect(Buffer.compare(lossless, files.lossless)).toBe(0);
        await withThreads(count, async () => {
          const again = await decompressImages(files.lossy);
          expect(Buffer.compare(Buffer.from(again.data.buffer), decoded)).toBe(0);
          const exact = await decompressImages(files.lossless);
          expect(Buffer.compare(exact.data as Uint8Array, images.data as Uint8Array)).toBe(0);
        });
      }
    },
  );

  test('has a fingerprint, which its file keeps and another weight changes', async () => {
    const own = modelFingerprint(model);
    const read = readModel(writeModel(model)).autoencoder;
    expect(modelFingerprint(read)).toBe(own);
    expect((await CompressedFile.open((await compressImages(model, images)).bytes)).header.model).toBe(own);
    const [[, weight]] = read.namedParameters();
    weight.value.data[0] += 1e-3;
    expect(modelFingerprint(read)).not.toBe(own);
  });
});

test('the control: the sets of kernels compute other bits of these images', () => {
  const outputs = FILE_KERNELS.filter(canUseKernels).map((name) => {
    setKernels(name);
    return Buffer.from(MODELS.stages.predict(images).data.slice().buffer).toString('hex');
  });
  expect(new Set(outputs).size).toBeGreaterThan(1);
  const { data } = denormalize(MODELS.stages.predict(images).data, normalization);
  expect(new Set(data).size).toBeGreaterThan(10);
});
