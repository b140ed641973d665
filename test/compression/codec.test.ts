import { expect, jest, test } from '@jest/globals';
import { Autoencoder } from '../../src/autoencoder/autoencoder.ts';
import { Codec } from '../../src/compression/codec.ts';
import { compressImages } from '../../src/compression/compress.ts';
import { DataError } from '../../src/data/samples.ts';
import { kernels } from '../../src/tensor/kernels/active.ts';
import { firstOtherBits } from '../helpers/bits.ts';
import { describeEachKernels } from '../helpers/eachKernels.ts';
import { uniformTensor } from '../helpers/randomArrays.ts';
import { toyModel } from '../training/toy.ts';

/** Outputs as they are, without a normalization, computed by the kernels in use. */
const decode = (model: Autoencoder, codes: Float32Array) =>
  new Codec(model, undefined, kernels().name).decode(codes) as Float32Array;

describeEachKernels('decoding in pieces', () => {
  test('gives the same bits, with fewer images at a time where layers are wide', () => {
    const wide = new Autoencoder({ inputShape: [3], encodingDim: 2, hidden: [2 ** 17], seed: 1 });
    const codes = uniformTensor([70, 2], 5);
    const expected = wide.decode(codes).data;
    const inner = jest.spyOn(wide, 'decode');
    expect(firstOtherBits(decode(wide, codes.data), expected)).toBeUndefined();
    // 2^22 outputs at a time, of which an image takes 2^17 of the dense layer, 2^17 of its ReLU and 3.
    expect(inner.mock.calls.map(([{ shape }]) => shape[0])).toEqual([15, 15, 15, 15, 10]);
  });

  const withActivations = (count: number) => {
    const spec = new Autoencoder({ inputShape: [3], encodingDim: 2, hidden: [2 ** 17], seed: 1 }).spec();
    const [first, ...rest] = spec.decoder;
    const relus = Array.from({ length: count }, () => ({ type: 'relu' }) as const);
    return new Autoencoder({
      spec: { ...spec, decoder: [first, { type: 'sequential', layers: relus }, ...rest] },
    });
  };

  test('counts activations, which cost a file nothing, wherever they stand', () => {
    const model = withActivations(30);
    const inner = jest.spyOn(model, 'decode');
    decode(model, uniformTensor([3, 2], 5).data);
    expect(inner).toHaveBeenCalledTimes(3);
  });

  test('refuses a model whose layers have too many outputs for one image, and does not compress with it either', async () => {
    const says =
      "the layers of the model's decoder have 78905347 outputs for one image, expected at most 67108864.";
    const model = withActivations(600);
    expect(() => new Codec(model)).toThrow(new DataError(says));
    await expect(compressImages(model, uniformTensor([4, 3], 5))).rejects.toThrow(new DataError(says));
  });

  test('decodes all codes in one call where layers are narrow', () => {
    const model = toyModel();
    const codes = uniformTensor([700, 3], 5);
    const expected = model.decode(codes).data;
    const inner = jest.spyOn(model, 'decode');
    expect(firstOtherBits(decode(model, codes.data), expected)).toBeUndefined();
    expect(inner).toHaveBeenCalledTimes(1);
  });
});
