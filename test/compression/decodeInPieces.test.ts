import { expect, jest, test } from '@jest/globals';
import { Autoencoder } from '../../src/autoencoder/autoencoder.ts';
import { decodeInPieces } from '../../src/compression/decodeInPieces.ts';
import { toyModel } from '../autoencoder/toy.ts';
import { firstOtherBits } from '../helpers/bits.ts';
import { describeEachKernels } from '../helpers/eachKernels.ts';
import { uniformTensor } from '../helpers/randomArrays.ts';

describeEachKernels('decoding in pieces', () => {
  test('gives the same bits, with fewer images at a time where layers are wide', () => {
    const wide = new Autoencoder({ inputShape: [3], encodingDim: 2, hidden: [2 ** 17], seed: 1 });
    const codes = uniformTensor([70, 2], 5);
    const expected = wide.decode(codes).data;
    const decode = jest.spyOn(wide, 'decode');
    expect(firstOtherBits(decodeInPieces(wide, codes), expected)).toBeUndefined();
    expect(decode.mock.calls.map(([{ shape }]) => shape[0])).toEqual([32, 32, 6]);
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
