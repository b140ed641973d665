import { describe, expect, test } from '@jest/globals';
import { Dense } from '../../src/layers/dense.ts';
import { Sequential } from '../../src/layers/sequential.ts';
import { SGD } from '../../src/optim/sgd.ts';
import { FlatParameters } from '../../src/tensor/flatParameters.ts';
import { Arena } from '../../src/tensor/kernels/memory.ts';
import { Parameter } from '../../src/tensor/parameter.ts';
import { Random } from '../../src/tensor/random.ts';
import { Tensor } from '../../src/tensor/tensor.ts';

const parameter = (name: string, values: number[], gradients = values.map(() => 0)) =>
  new Parameter(name, Tensor.from(values), Tensor.from(gradients));

describe('flat parameters', () => {
  test('are side by side and keep their values, gradients and shapes', () => {
    const weight = new Parameter(
      'weight',
      Tensor.from([1, 2, 3, 4, 5, 6], [2, 3]),
      Tensor.from([10, 20, 30, 40, 50, 60], [2, 3]),
    );
    const bias = parameter('bias', [7, 8, 9], [70, 80, 90]);
    const flat = new FlatParameters([weight, bias]);
    expect(flat.size).toBe(9);
    expect([...flat.values]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect([...flat.gradients]).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90]);
    expect(weight.value.shape).toEqual([2, 3]);
    expect(weight.gradient.shape).toEqual([2, 3]);
    expect(flat.parameters).toEqual([weight, bias]);
  });

  test('are views: what is written to either side shows on the other', () => {
    const [a, b] = [parameter('a', [1, 2]), parameter('b', [3])];
    const flat = new FlatParameters([a, b]);
    flat.values[2] = 30;
    a.value.data[0] = 10;
    b.gradient.data[0] = 5;
    expect([...b.value.data]).toEqual([30]);
    expect([...flat.values]).toEqual([10, 2, 30]);
    expect([...flat.gradients]).toEqual([0, 0, 5]);
  });

  test('zeroGradients sets all gradients to 0 and leaves the values alone', () => {
    const flat = new FlatParameters([parameter('a', [1, 2], [3, 4]), parameter('b', [5], [6])]);
    flat.zeroGradients();
    expect([...flat.gradients]).toEqual([0, 0, 0]);
    expect([...flat.values]).toEqual([1, 2, 5]);
  });

  test('come from the arena that is given', () => {
    const sizes: number[] = [];
    class CountingArena extends Arena {
      override allocate(length: number): Float32Array {
        sizes.push(length);
        return super.allocate(length);
      }
    }
    const arena = new CountingArena();
    const flat = new FlatParameters([parameter('a', [1, 2]), parameter('b', [3])], arena);
    expect(flat.arena).toBe(arena);
    expect(sizes).toEqual([3, 3]);
  });

  test('may be none', () => {
    const flat = new FlatParameters([]);
    expect(flat.size).toBe(0);
    expect(() => flat.zeroGradients()).not.toThrow();
  });

  test('move none if one is not free', () => {
    const [free, taken] = [parameter('free', [1]), parameter('taken', [1])];
    new FlatParameters([taken]);
    expect(() => new FlatParameters([free, taken])).toThrow("'taken' belongs to another network");
    expect(() => new FlatParameters([free, free])).toThrow(
      "'free' belongs to another network or occurs twice",
    );
    expect(new FlatParameters([free]).size).toBe(1);
  });

  test('refuse a parameter that was moved before', () => {
    const weight = parameter('weight', [1]);
    new FlatParameters([weight]);
    expect(() => new FlatParameters([weight])).toThrow(
      "FlatParameters: 'weight' belongs to another network or occurs twice, expected each parameter once.",
    );
  });
});

describe('a network whose parameters are flat', () => {
  test('computes the same as before', () => {
    const x = Tensor.from([1, -2, 3], [1, 3]);
    const network = new Sequential([new Dense(3, 4, { random: new Random(1) })]);
    const before = network.forward(x).copy();
    new FlatParameters(network.parameters());
    expect(network.forward(x)).toEqual(before);
  });

  test('adds its gradients there, and its layers see the optimizer step', () => {
    const layer = new Dense(2, 1, { random: new Random(1) });
    const flat = new FlatParameters(layer.parameters());
    flat.values.set([1, 2, 3]);
    const x = Tensor.from([10, 20], [1, 2]);
    expect([...layer.forward(x).data]).toEqual([53]);
    layer.backward(Tensor.from([1], [1, 1]));
    expect([...flat.gradients]).toEqual([10, 20, 1]);
    new SGD({ learningRate: 0.5 }).step(flat);
    expect([...flat.values]).toEqual([-4, -8, 2.5]);
    expect([...layer.forward(x).data]).toEqual([-197.5]);
  });
});
