import { describe, expect, test } from '@jest/globals';
import { ReLU, Tanh } from '../../src/layers/activation.ts';
import { Dense } from '../../src/layers/dense.ts';
import { Sequential } from '../../src/layers/sequential.ts';
import { TransposedDense } from '../../src/layers/transposedDense.ts';
import { FlatParameters } from '../../src/tensor/flatParameters.ts';
import { Arena } from '../../src/tensor/kernels/memory.ts';
import { Random } from '../../src/tensor/random.ts';
import { ShapeError } from '../../src/tensor/shape.ts';
import { Tensor } from '../../src/tensor/tensor.ts';
import { uniformTensor } from '../helpers/randomArrays.ts';

const network = (random = new Random(1)) =>
  new Sequential([new Dense(4, 3, { random }), new ReLU(), new Dense(3, 4, { random, bias: false })]);

describe('Sequential', () => {
  test('forward feeds each layer with the output of the one before', () => {
    const [whole, parts] = [network(), network()];
    const x = uniformTensor([2, 4], 2);
    const [first, relu, last] = parts.layers;
    expect(whole.forward(x)).toEqual(last.forward(relu.forward(first.forward(x))));
  });

  test('refuses the same layer at two places, also inside of another', () => {
    const layer = new Dense(3, 3);
    const message = 'Sequential: got the same layer twice, expected another layer at each place.';
    expect(() => new Sequential([layer, layer])).toThrow(new RangeError(message));
    expect(() => new Sequential([new Sequential([layer]), layer])).toThrow(new RangeError(message));
  });

  test('backward goes through the layers in reverse order', () => {
    const [whole, parts] = [network(), network()];
    const [x, dY] = [uniformTensor([2, 4], 2), uniformTensor([2, 4], 3)];
    whole.forward(x);
    const [first, relu, last] = parts.layers;
    last.forward(relu.forward(first.forward(x)));
    expect(whole.backward(dY)).toEqual(first.backward(relu.backward(last.backward(dY))));
  });

  test('names its parameters by the position of their layer, also inside of another Sequential', () => {
    const names = new Sequential([network(), new Tanh(), network()]).namedParameters().map(([name]) => name);
    expect(names).toEqual(['0.0.weight', '0.0.bias', '0.2.weight', '2.0.weight', '2.0.bias', '2.2.weight']);
  });

  test('parameters() are those of namedParameters(), in the same order', () => {
    const whole = network();
    expect(whole.parameters()).toEqual(whole.namedParameters().map(([, parameter]) => parameter));
    expect(new FlatParameters(whole.parameters()).size).toBe(4 * 3 + 3 + 3 * 4);
  });

  test('a single layer computes the same as without Sequential', () => {
    const x = uniformTensor([2, 4], 2);
    const layer = () => new Dense(4, 3, { random: new Random(7) });
    const [wrapped, plain] = [new Sequential([layer()]), layer()];
    expect(wrapped.forward(x)).toEqual(plain.forward(x));
    const dY = uniformTensor([2, 3], 3);
    wrapped.backwardParameters(dY);
    plain.backwardParameters(dY);
    expect(wrapped.parameters()[0].gradient).toEqual(plain.weight.gradient);
  });

  test('backwardParameters does not compute the first dX', () => {
    let asked = false;
    class First extends Dense {
      override backward(dY: Tensor): Tensor {
        asked = true;
        return super.backward(dY);
      }
    }
    const whole = new Sequential([new First(4, 3), new Tanh()]);
    whole.forward(uniformTensor([2, 4], 2));
    whole.backwardParameters(uniformTensor([2, 3], 3));
    expect(asked).toBe(false);
    expect(whole.parameters()[0].gradient.data.some((value) => value !== 0)).toBe(true);
  });

  test('backwardParameters stops at the first layer with parameters: those before it are not asked', () => {
    const [relu, layer] = [new ReLU(), new Dense(2, 2)];
    const network = new Sequential([relu, layer]);
    network.forward(uniformTensor([3, 2], 1));
    relu.backward = () => {
      throw new Error('asked');
    };
    const dY = uniformTensor([3, 2], 2);
    network.backwardParameters(dY);
    expect(layer.bias!.gradient.data.every((value) => value !== 0)).toBe(true);
    expect(() => network.backward(dY)).toThrow('asked');
  });

  test('backwardParameters of layers without parameters asks none of them', () => {
    const network = new Sequential([new ReLU(), new Tanh()]);
    expect(() => network.backwardParameters(Tensor.zeros([3, 2]))).not.toThrow();
  });

  test('backwardParameters reaches a weight to which a layer without parameters is tied', () => {
    const of = new Dense(4, 2, { random: new Random(1) });
    const gradient = (pass: 'backward' | 'backwardParameters') => {
      of.weight.gradient.data.fill(0);
      const network = new Sequential([new TransposedDense(of, { bias: false }), new ReLU()]);
      network.forward(uniformTensor([3, 2], 1));
      network[pass](uniformTensor([3, 4], 2));
      return of.weight.gradient.copy();
    };
    expect(gradient('backwardParameters')).toEqual(gradient('backward'));
    expect(gradient('backwardParameters')).not.toEqual(Tensor.zeros([4, 2]));
  });

  test('gives all layers its arena', () => {
    let allocated = 0;
    class CountingArena extends Arena {
      override allocate(length: number): Float32Array {
        allocated += length;
        return super.allocate(length);
      }
    }
    const whole = new Sequential([network(), new Tanh()]);
    whole.useArena(new CountingArena());
    whole.forward(Tensor.zeros([2, 4]));
    whole.backward(Tensor.zeros([2, 4]));
    // y and dX of the dense layers (2 of 3 and 4 features), of ReLU (3) and tanh (4), for a batch of 2
    expect(allocated).toBe(2 * (3 + 4 + (4 + 3) + 2 * 3 + 2 * 4));
    whole.forward(Tensor.zeros([2, 4]));
    whole.backward(Tensor.zeros([2, 4]));
    expect(allocated).toBe(2 * (3 + 4 + (4 + 3) + 2 * 3 + 2 * 4));
  });

  test('knows the width of its output, and refuses layers that do not fit', () => {
    expect(network().outputShape([4])).toEqual([4]);
    expect(() => network().outputShape([5])).toThrow(
      new ShapeError('Dense: the input has 5 features, expected 4.'),
    );
    const misfit = new Sequential([new Dense(4, 3), new Dense(2, 4)]);
    expect(() => misfit.outputShape([4])).toThrow(
      new ShapeError('Dense: the input has 3 features, expected 2.'),
    );
    expect(() => misfit.forward(Tensor.zeros([1, 4]))).toThrow(
      new ShapeError('Dense.forward: x is [1, 3], expected [batch, 2].'),
    );
  });

  test('keeps its layers when the list it was given changes', () => {
    const layers = [new Dense(2, 2)];
    const whole = new Sequential(layers);
    layers.push(new Dense(5, 5));
    expect(whole.layers.length).toBe(1);
  });

  test('refuses to be empty', () => {
    expect(() => new Sequential([])).toThrow(
      new RangeError('Sequential: got no layers, expected at least one.'),
    );
  });

  test('backward before forward is an error', () => {
    expect(() => network().backward(Tensor.zeros([2, 4]))).toThrow(
      'Dense.backward: called before forward, expected a forward pass first.',
    );
  });
});
