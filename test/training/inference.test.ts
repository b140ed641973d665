import { describe, expect, test } from '@jest/globals';
import { Autoencoder } from '../../src/autoencoder/autoencoder.ts';
import { BatchReader } from '../../src/data/batches.ts';
import { normalize } from '../../src/data/normalization.ts';
import { transform } from '../../src/data/transform.ts';
import { GAN } from '../../src/gan/gan.ts';
import { ShapeError } from '../../src/tensor/shape.ts';
import { Tensor } from '../../src/tensor/tensor.ts';
import { runNetwork } from '../../src/training/inference.ts';
import { describeEachKernels } from '../helpers/eachKernels.ts';
import { uniformTensor } from '../helpers/randomArrays.ts';
import { toyModel } from './toy.ts';

const CODE = 3; // of toyModel
const methods = ['encode', 'decode', 'predict'] as const;

/** What a method takes and the shape of what it gives, for n samples. */
function caseOf(method: (typeof methods)[number], n: number): { x: Tensor; shape: number[] } {
  return {
    x: uniformTensor(method === 'decode' ? [n, CODE] : [n, 4, 4, 1], 1, 0, 1),
    shape: method === 'encode' ? [n, CODE] : [n, 4, 4, 1],
  };
}

describeEachKernels('the option out', () => {
  // One batch of inference is 256 samples.
  test.each(methods.flatMap((method) => [1, 256, 300].map((n) => [method, n] as const)))(
    '%s of %i samples writes the same bits into it and returns it',
    (method, n) => {
      const model = toyModel();
      const { x, shape } = caseOf(method, n);
      const out = uniformTensor(shape, 2, 5, 6);
      const expected = model[method](x);
      expect(expected.shape).toEqual(shape);
      expect(model[method](x, { out })).toBe(out);
      expect(out.data).toEqual(expected.data);
    },
  );

  test('results without it are the caller’s own', () => {
    const model = toyModel();
    const { x } = caseOf('encode', 2);
    const first = model.encode(x);
    const kept = first.copy();
    model.encode(uniformTensor([2, 4, 4, 1], 9, 0, 1));
    expect(first.data).toEqual(kept.data);
  });
});

describe('out is refused', () => {
  const model = toyModel();

  test.each(methods)('%s: of another shape, of another kind, under another name', (method) => {
    const { x, shape } = caseOf(method, 2);
    const wrong = Tensor.zeros([3, ...shape.slice(1)]);
    const call = (options: object) => () => model[method](x, options);
    expect(call({ out: wrong })).toThrow(ShapeError);
    expect(call({ out: wrong })).toThrow(
      `Autoencoder.${method}: out is [3, ${shape.slice(1).join(', ')}], expected [${shape.join(', ')}].`,
    );
    expect(call({ out: new Float32Array(6) })).toThrow(
      `Autoencoder.${method}: out is a Float32Array, expected a Tensor such as Tensor.from(rows).`,
    );
    expect(call({ outt: wrong })).toThrow(
      `Autoencoder.${method}: there is no option 'outt', expected 'out'.`,
    );
    expect(call({ out: undefined })().shape).toEqual(shape);
  });

  test('in the memory of the samples, where one batch would overwrite the next', () => {
    const memory = new Float32Array(40);
    const x = new Tensor(memory.subarray(0, 32), [2, 4, 4, 1]);
    const message = 'Autoencoder.encode: out lies in the memory of the samples, expected memory of its own.';
    expect(() => model.encode(x, { out: new Tensor(memory.subarray(30, 36), [2, 3]) })).toThrow(message);
    expect(() => model.predict(x, { out: x })).toThrow(RangeError);
    const beside = new Tensor(memory.subarray(32, 38), [2, 3]);
    expect(model.encode(x, { out: beside })).toBe(beside);
  });

  test('by a GAN, too, which otherwise writes into it', () => {
    const gan = new GAN({ inputShape: [4], encodingDim: 2, seed: 1 });
    const codes = uniformTensor([2, 2], 1, -1, 1);
    const out = Tensor.zeros([2, 4]);
    expect(gan.decode(codes, { out })).toBe(out);
    expect(out.data).toEqual(gan.decode(codes).data);
    expect(() => gan.decode(codes, { out: codes })).toThrow('GAN.decode: out is [2, 2], expected [2, 4].');
  });
});

test.each([
  ['what goes in', 2 ** 18, 2],
  ['what comes out', 2, 2 ** 18],
])('as many samples run at a time as have 2^20 values, of %s', (_, from, to) => {
  const model = new Autoencoder({ inputShape: [1], hidden: [], encodingDim: 1 });
  const batches: number[] = [];
  const network = Object.assign(model.encoder, {
    forward: ({ shape: [batch] }: Tensor) => {
      batches.push(batch);
      return Tensor.zeros([batch, to]);
    },
  });
  const reader = new BatchReader(Tensor.zeros([5, from]), [from], 'test');
  expect(runNetwork(network, reader, [to], Tensor.zeros).shape).toEqual([5, to]);
  expect(batches).toEqual([4, 1]);
});

test('a table is scaled as the model’s, whether it has the very lists of the model or equal ones', () => {
  const table = normalize({ shape: [3, 2], data: Float64Array.of(1, 10, 2, 20, 3, 60) }, 'standard');
  const model = new Autoencoder({ inputShape: [2], hidden: [], encodingDim: 1, seed: 1 });
  model.normalization = table.normalization;
  const same = transform(table, model.normalization);
  const equal = { ...same, normalization: structuredClone(same.normalization) };
  expect(model.encode(equal).data).toEqual(model.encode(same).data);
  const shift = [...(same.normalization.shift as number[])];
  shift[1] += 1;
  const other = { ...same, normalization: { ...same.normalization, shift } as typeof same.normalization };
  expect(() => model.encode(other)).toThrow('the samples have a normalization of their own');
});
