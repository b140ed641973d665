/** A user's layer: it needs only forward, backward, its parameters and its width. */

import { describe, expect, test } from '@jest/globals';
import { Tanh } from '../../src/layers/activation.ts';
import { Dense } from '../../src/layers/dense.ts';
import { Layer } from '../../src/layers/layer.ts';
import { Sequential } from '../../src/layers/sequential.ts';
import { SGD } from '../../src/optim/sgd.ts';
import { FlatParameters } from '../../src/tensor/flatParameters.ts';
import { Parameter } from '../../src/tensor/parameter.ts';
import { Random } from '../../src/tensor/random.ts';
import type { Shape } from '../../src/tensor/shape.ts';
import { Tensor } from '../../src/tensor/tensor.ts';
import { layerMismatches } from '../helpers/gradientCheck.ts';
import { referenceActivations, referenceDense } from '../helpers/naive/reference.ts';
import { uniformTensor } from '../helpers/randomArrays.ts';

/** y[i, j] = factor[j] x[i, j], as a user of the engine writes a layer. */
class Scale extends Layer {
  readonly factor: Parameter;
  #x = Tensor.zeros([0, 0]);

  constructor(factor: readonly number[]) {
    super();
    this.factor = new Parameter('factor', Tensor.from(factor), Tensor.zeros([factor.length]));
  }

  override forward(x: Tensor): Tensor {
    this.#x = x;
    return scaled(x, this.factor.value.data);
  }

  override backward(dY: Tensor): Tensor {
    const dFactor = this.factor.gradient.data;
    for (let i = 0; i < dY.size; i++) dFactor[i % dFactor.length] += this.#x.data[i] * dY.data[i];
    return scaled(dY, this.factor.value.data);
  }

  override namedParameters(): readonly (readonly [string, Parameter])[] {
    return [['factor', this.factor]];
  }

  override outputShape(inShape: Shape): Shape {
    return inShape;
  }
}

function scaled(x: Tensor, factor: Float32Array): Tensor {
  const y = x.copy();
  for (let i = 0; i < y.size; i++) y.data[i] *= factor[i % factor.length];
  return y;
}

const FACTOR = [0.5, -2, 1.5, 0.25];
const BATCH = 3;
const x = uniformTensor([BATCH, 4], 1);
const dY = uniformTensor([BATCH, 2], 2);

const network = (first: Layer = new Scale(FACTOR)) =>
  new Sequential([first, new Dense(4, 2, { random: new Random(3), bias: false }), new Tanh()]);

describe('a layer of your own', () => {
  test('has the right gradients alone and in front of others', () => {
    const multiplied = (input: readonly number[], factor: readonly number[]) =>
      input.map((value, i) => value * factor[i % 4]);
    expect(layerMismatches(new Scale(FACTOR), x, (input, [factor]) => multiplied(input, factor))).toEqual([]);
    expect(
      layerMismatches(network(), x, (input, [factor, weight]) =>
        referenceDense(BATCH, 4, 2, multiplied(input, factor), weight).map(referenceActivations.tanh),
      ),
    ).toEqual([]);
  });

  test.each([
    ['first', () => network()],
    ['the only one', () => new Sequential([new Scale(FACTOR)])],
    ['first in the first', () => new Sequential([network(), new Tanh()])],
  ])('gets from backwardParameters the gradients that backward gives it: %s', (_where, make) => {
    const [whole, partly] = [make(), make()];
    const gradient = whole.forward(x).shape[1] === 2 ? dY : uniformTensor([BATCH, 4], 5);
    whole.backward(gradient);
    partly.forward(x);
    partly.backwardParameters(gradient);
    for (const [i, { gradient }] of partly.parameters().entries()) {
      expect(gradient.data.every((value) => value !== 0)).toBe(true);
      expect(gradient).toEqual(whole.parameters()[i].gradient);
    }
  });

  test('can be trained: its gradients and values move into the arrays that an optimizer works on', () => {
    // One feature by hand: y = 2 x, x = 3, dY = 1: dFactor = 3, and a step of 0.5 gives 2 - 1.5.
    const layer = new Scale([2]);
    const whole = new Sequential([layer]);
    const flat = new FlatParameters(whole.parameters());
    expect([...whole.forward(Tensor.from([3], [1, 1])).data]).toEqual([6]);
    whole.backwardParameters(Tensor.from([1], [1, 1]));
    expect([...flat.gradients]).toEqual([3]);
    new SGD({ learningRate: 0.5 }).step(flat);
    expect([...layer.factor.value.data]).toEqual([0.5]);
    expect(whole.outputShape([1])).toEqual([1]);
  });

  test('has no spec, and says so', () => {
    const error = new Error('Scale.spec: this layer has no spec, so it cannot be written to a model file.');
    expect(() => new Scale(FACTOR).spec()).toThrow(error);
    expect(() => network().spec()).toThrow(error);
    expect(() => network(new Tanh()).spec()).not.toThrow();
  });

  test('has no parameters unless it overrides namedParameters', () => {
    class Same extends Layer {
      override forward(input: Tensor): Tensor {
        return input;
      }

      override backward(gradient: Tensor): Tensor {
        return gradient;
      }

      override outputShape(inShape: Shape): Shape {
        return inShape;
      }
    }
    const whole = network(new Same());
    const plain = new Sequential(network().layers.slice(1));
    expect(whole.parameters()).toHaveLength(1);
    expect(whole.forward(x)).toEqual(plain.forward(x));
    whole.backwardParameters(dY);
    plain.backwardParameters(dY);
    expect(whole.parameters()[0].gradient).toEqual(plain.parameters()[0].gradient);
  });
});
