import { describe, expect, test } from '@jest/globals';
import { Dense } from '../../src/layers/dense.ts';
import { heUniform, zeros } from '../../src/tensor/initializers.ts';
import { Random } from '../../src/tensor/random.ts';
import { ShapeError } from '../../src/tensor/shape.ts';
import { Tensor } from '../../src/tensor/tensor.ts';
import { describeEachKernels } from '../helpers/eachKernels.ts';
import { uniformTensor } from '../helpers/randomArrays.ts';

/** The example of docs/math.md, sections 3.1 and 3.2: 2 to 3 features. */
function exampleLayer(bias = true): Dense {
  const layer = new Dense(2, 3, { bias });
  layer.weight.value.data.set([1, 0, -1, 2, 1, 0]);
  layer.bias?.value.data.set([0.5, 0, -0.5]);
  return layer;
}
const exampleX = Tensor.from([1, 2, 3, 4], [2, 2]);
const exampleDY = Tensor.from([1, 0, 2, 0, 1, -1], [2, 3]);

describeEachKernels('Dense', () => {
  test('the example of the docstring', () => {
    const layer = new Dense(784, 64, { random: new Random(42) });
    expect(layer.forward(Tensor.zeros([32, 784])).shape).toEqual([32, 64]);
  });

  test('forward and backward give the numbers of docs/math.md', () => {
    const layer = exampleLayer();
    expect([...layer.forward(exampleX).data]).toEqual([5.5, 2, -1.5, 11.5, 4, -3.5]);
    expect([...layer.backward(exampleDY).data]).toEqual([-1, 2, 1, 1]);
    expect([...layer.weight.gradient.data]).toEqual([1, 3, -1, 2, 4, 0]);
    expect([...layer.bias!.gradient.data]).toEqual([1, 1, 1]);
  });

  test('without bias, y is x W and there is no bias to train', () => {
    const layer = exampleLayer(false);
    expect([...layer.forward(exampleX).data]).toEqual([5, 2, -1, 11, 4, -3]);
    expect([...layer.backward(exampleDY).data]).toEqual([-1, 2, 1, 1]);
    expect(layer.namedParameters().map(([name]) => name)).toEqual(['weight']);
  });

  test('backward accumulates into dWeight and dBias, and not into dX', () => {
    const layer = exampleLayer();
    layer.forward(exampleX);
    const dX = layer.backward(exampleDY).copy();
    expect(layer.backward(exampleDY)).toEqual(dX);
    expect([...layer.weight.gradient.data]).toEqual([2, 6, -2, 4, 8, 0]);
    expect([...layer.bias!.gradient.data]).toEqual([2, 2, 2]);
  });

  test('backwardParameters gives the same gradients without dX', () => {
    const layer = exampleLayer();
    layer.forward(exampleX);
    layer.backwardParameters(exampleDY);
    expect([...layer.weight.gradient.data]).toEqual([1, 3, -1, 2, 4, 0]);
    expect([...layer.bias!.gradient.data]).toEqual([1, 1, 1]);
  });

  test('what forward returned is overwritten by the next forward, as it says', () => {
    const layer = exampleLayer();
    const first = layer.forward(exampleX);
    const kept = first.copy();
    const second = layer.forward(Tensor.zeros([2, 2]));
    expect(second.data.buffer).toBe(first.data.buffer);
    expect([...first.data]).toEqual([0.5, 0, -0.5, 0.5, 0, -0.5]);
    expect([...kept.data]).toEqual([5.5, 2, -1.5, 11.5, 4, -3.5]);
  });

  test('batches of changing size give what each would give alone', () => {
    const layer = exampleLayer();
    for (const batch of [5, 2, 7, 1, 5]) {
      const x = uniformTensor([batch, 2], batch);
      const dY = uniformTensor([batch, 3], batch + 100);
      const alone = exampleLayer();
      expect(layer.forward(x)).toEqual(alone.forward(x));
      expect(layer.backward(dY)).toEqual(alone.backward(dY));
    }
  });

  test('an empty batch gives an empty result and no gradient', () => {
    const layer = exampleLayer();
    expect(layer.forward(Tensor.zeros([0, 2])).shape).toEqual([0, 3]);
    expect(layer.backward(Tensor.zeros([0, 3])).shape).toEqual([0, 2]);
    expect([...layer.weight.gradient.data]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test('leaves x and dY as they were', () => {
    const layer = exampleLayer();
    const [x, dY] = [exampleX.copy(), exampleDY.copy()];
    layer.forward(x);
    layer.backward(dY);
    expect([x, dY]).toEqual([exampleX, exampleDY]);
  });
});

describe('the parameters of Dense', () => {
  test('are weight [in, out] and bias [out], in this order', () => {
    const named = new Dense(3, 4).namedParameters();
    expect(named.map(([name, { value }]) => [name, value.shape])).toEqual([
      ['weight', [3, 4]],
      ['bias', [4]],
    ]);
  });

  test('start as the initializer says, the bias at zero, all gradients at zero', () => {
    const layer = new Dense(3, 4, { initializer: heUniform, random: new Random(5) });
    expect(layer.weight.value).toEqual(heUniform([3, 4], new Random(5)));
    expect(layer.bias?.value).toEqual(Tensor.zeros([4]));
    expect(layer.weight.gradient).toEqual(Tensor.zeros([3, 4]));
    expect(new Dense(3, 4, { initializer: zeros }).weight.value).toEqual(Tensor.zeros([3, 4]));
  });

  test('are the same for the same seed and differ for another', () => {
    const weight = (seed: number) => new Dense(3, 4, { random: new Random(seed) }).weight.value;
    expect(weight(1)).toEqual(weight(1));
    expect(weight(1)).not.toEqual(weight(2));
  });
});

describe('Dense refuses', () => {
  test.each([
    [0, 3],
    [3, -1],
    [1.5, 2],
    [2, Number.NaN],
  ])('the widths %p and %p', (inFeatures, outFeatures) => {
    expect(() => new Dense(inFeatures, outFeatures)).toThrow(
      new RangeError(`Dense: the widths are ${inFeatures} and ${outFeatures}, expected integers >= 1.`),
    );
  });

  test.each([[[4]], [[2, 4]], [[2, 3, 1]], [[]]])('x of shape %j where it expects 3 features', (shape) => {
    expect(() => new Dense(3, 4).forward(Tensor.zeros(shape))).toThrow(
      new ShapeError(`Dense.forward: x is [${shape.join(', ')}], expected [batch, 3].`),
    );
  });

  test.each([[[4]], [[2, 3]], [[3, 4]], [[2, 4, 1]]])('dY of shape %j where y was [2, 4]', (shape) => {
    const layer = new Dense(3, 4);
    layer.forward(Tensor.zeros([2, 3]));
    const error = new ShapeError(`Dense.backward: dY is [${shape.join(', ')}], expected [2, 4].`);
    expect(() => layer.backward(Tensor.zeros(shape))).toThrow(error);
    expect(() => layer.backwardParameters(Tensor.zeros(shape))).toThrow(error);
  });

  test('backward before forward', () => {
    const message = 'Dense.backward: called before forward, expected a forward pass first.';
    expect(() => new Dense(3, 4).backward(Tensor.zeros([2, 4]))).toThrow(message);
    expect(() => new Dense(3, 4).backwardParameters(Tensor.zeros([2, 4]))).toThrow(message);
  });

  test('another width when asked for its output', () => {
    expect(new Dense(3, 4).outputShape([3])).toEqual([4]);
    expect(() => new Dense(3, 4).outputShape([5])).toThrow(
      new ShapeError('Dense: the input has 5 features, expected 3.'),
    );
    expect(() => new Dense(3, 4).outputShape([8, 8, 3])).toThrow(
      new ShapeError('Dense: the input is [8, 8, 3], expected 3.'),
    );
  });
});
