import { expect, jest, test } from '@jest/globals';
import { Autoencoder } from '../../src/autoencoder/autoencoder.ts';
import { compressImages } from '../../src/compression/compress.ts';
import { decodeInPieces } from '../../src/compression/decodeInPieces.ts';
import { DataError } from '../../src/data/samples.ts';
import { firstOtherBits } from '../helpers/bits.ts';
import { describeEachKernels } from '../helpers/eachKernels.ts';
import { uniformTensor } from '../helpers/randomArrays.ts';
import { toyModel } from '../training/toy.ts';

describeEachKernels('decoding in pieces', () => {
  test('gives the same bits, with fewer images at a time where layers are wide', () => {
    const wide = new Autoencoder({ inputShape: [3], encodingDim: 2, hidden: [2 ** 17], seed: 1 });
    const codes = uniformTensor([70, 2], 5);
    const expected = wide.decode(codes).data;
    const decode = jest.spyOn(wide, 'decode');
    expect(firstOtherBits(decodeInPieces(wide, codes), expected)).toBeUndefined();
    // 2^22 numbers at a time, of which an image takes 2^17 behind the dense layer, 2^17 behind its ReLU and 3.
    expect(decode.mock.calls.map(([{ shape }]) => shape[0])).toEqual([15, 15, 15, 15, 10]);
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
    const decode = jest.spyOn(model, 'decode');
    const codes = uniformTensor([3, 2], 5);
    decodeInPieces(model, codes);
    expect(decode).toHaveBeenCalledTimes(3);
  });

  test('refuses so many that one image takes too much, and does not compress with them either', async () => {
    const says =
      "the layers of the model's decoder give out 78905347 numbers for one image, at most 67108864 are computed.";
    const model = withActivations(600);
    expect(() => decodeInPieces(model, uniformTensor([1, 2], 5))).toThrow(new DataError(says));
    await expect(compressImages(model, uniformTensor([4, 3], 5))).rejects.toThrow(new DataError(says));
  });

  test('is one call where they are not', () => {
    const model = toyModel();
    const codes = uniformTensor([700, 3], 5);
    const expected = model.decode(codes).data;
    const decode = jest.spyOn(model, 'decode');
    expect(firstOtherBits(decodeInPieces(model, codes), expected)).toBeUndefined();
    expect(decode).toHaveBeenCalledTimes(1);
  });
});
