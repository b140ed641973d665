/** What all activations share; their formulas are checked in gradients.test.ts, their kernels in test/tensor/kernels. */

import { describe, expect, test } from '@jest/globals';
import type { Activation } from '../../src/layers/activation.ts';
import { GELU, LeakyReLU, ReLU, Sigmoid, SiLU, Tanh } from '../../src/layers/activation.ts';
import { ShapeError } from '../../src/tensor/shape.ts';
import { Tensor } from '../../src/tensor/tensor.ts';
import { firstOutside, UNIT_ROUNDOFF } from '../helpers/bounds.ts';
import { uniformTensor } from '../helpers/randomArrays.ts';

describe.each<[string, () => Activation]>([
  ['ReLU', () => new ReLU()],
  ['LeakyReLU', () => new LeakyReLU()],
  ['Sigmoid', () => new Sigmoid()],
  ['Tanh', () => new Tanh()],
  ['SiLU', () => new SiLU()],
  ['GELU', () => new GELU()],
])('%s', (name, make) => {
  test('keeps the shape, whatever it is', () => {
    for (const shape of [[3, 4], [12], [2, 3, 2], [0, 4], []]) {
      const layer = make();
      expect(layer.forward(Tensor.zeros(shape)).shape).toEqual(shape);
      expect(layer.backward(Tensor.zeros(shape)).shape).toEqual(shape);
    }
    expect(make().outputShape([17])).toEqual([17]);
  });

  test('has no parameters', () => {
    expect(make().parameters()).toEqual([]);
    const layer = make();
    layer.forward(Tensor.zeros([1]));
    expect(() => layer.backwardParameters(Tensor.zeros([1]))).not.toThrow();
  });

  test('acts on each element alone: rows of a batch give what they give by themselves', () => {
    const [layer, alone] = [make(), make()];
    const x = uniformTensor([3, 4], 1, -2, 2);
    const dY = uniformTensor([3, 4], 2);
    const y = layer.forward(x);
    const dX = layer.backward(dY);
    // Kernels may treat the last few elements of an array in another way, so not bit for bit.
    const bound = 8 * UNIT_ROUNDOFF;
    expect(firstOutside(alone.forward(x.rows(1, 2)).data, y.rows(1, 2).data, bound)).toBeUndefined();
    expect(firstOutside(alone.backward(dY.rows(1, 2)).data, dX.rows(1, 2).data, bound)).toBeUndefined();
  });

  test('leaves x and dY as they were', () => {
    const layer = make();
    const [x, dY] = [uniformTensor([2, 3], 1), uniformTensor([2, 3], 2)];
    const before = [x.copy(), dY.copy()];
    layer.forward(x);
    layer.backward(dY);
    expect([x, dY]).toEqual(before);
  });

  test('what forward returned is overwritten by the next forward, as it says', () => {
    const layer = make();
    const first = layer.forward(Tensor.from([3, 4]));
    layer.forward(Tensor.from([0, 0]));
    expect([...first.data]).toEqual([...make().forward(Tensor.from([0, 0])).data]);
  });

  test('backward before forward is an error', () => {
    const error = new Error(`${name}.backward: called before forward, expected a forward pass first.`);
    expect(() => make().backward(Tensor.zeros([2]))).toThrow(error);
    expect(() => make().backwardParameters(Tensor.zeros([2]))).toThrow(error);
  });

  test('backward refuses a dY of another shape', () => {
    const layer = make();
    layer.forward(Tensor.zeros([2, 3]));
    const error = new ShapeError(`${name}.backward: dY is [3, 2], expected [2, 3].`);
    expect(() => layer.backward(Tensor.zeros([3, 2]))).toThrow(error);
    expect(() => layer.backwardParameters(Tensor.zeros([3, 2]))).toThrow(error);
  });
});

describe('LeakyReLU', () => {
  test('has the slope 0.01 unless another is given', () => {
    expect(new LeakyReLU().slope).toBe(0.01);
    expect(new LeakyReLU({ slope: 0.5 }).forward(Tensor.from([-2, 2])).data).toEqual(Float32Array.of(-1, 2));
  });

  test.each([-0.1, Number.NaN, Number.POSITIVE_INFINITY])('refuses the slope %p', (slope) => {
    expect(() => new LeakyReLU({ slope })).toThrow(
      new RangeError(`LeakyReLU: the slope is ${slope}, expected a number >= 0.`),
    );
  });
});
