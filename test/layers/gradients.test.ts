/**
 * Every layer's forward and backward against differences of a float64 reference (test/helpers/gradientCheck.ts). Functions
 * with a kink at 0 are only evaluated at least 0.05 away from it, which is 500 times the step of the differences.
 */

import { describe, expect, test } from '@jest/globals';
import type { BackwardKernel } from '../../src/layers/activation.ts';
import { GELU, LeakyReLU, ReLU, Sigmoid, SiLU, Tanh } from '../../src/layers/activation.ts';
import { Dense } from '../../src/layers/dense.ts';
import { L1Penalty } from '../../src/layers/l1Penalty.ts';
import type { Layer } from '../../src/layers/layer.ts';
import { Sequential } from '../../src/layers/sequential.ts';
import { TransposedDense } from '../../src/layers/transposedDense.ts';
import { matmul, transpose } from '../../src/tensor/ops.ts';
import { Random } from '../../src/tensor/random.ts';
import { Tensor } from '../../src/tensor/tensor.ts';
import { describeEachKernels } from '../helpers/eachKernels.ts';
import {
  gradientMismatch,
  layerMismatches,
  numericGradient,
  type ReferenceForward,
  STEP,
} from '../helpers/gradientCheck.ts';
import {
  referenceActivations as activations,
  normalDistribution,
  referenceDense,
} from '../helpers/naive/reference.ts';
import { tensorAwayFromZero, uniformArray, uniformTensor } from '../helpers/randomArrays.ts';

const MARGIN = 500 * STEP;
const atKinklessPoints = (seed: number) => tensorAwayFromZero([4, 5], seed, MARGIN, 3);

/** A bias starts at zero; here it has some values. */
function dense(inFeatures: number, outFeatures: number, seed: number, bias = true): Dense {
  const random = new Random(seed);
  const layer = new Dense(inFeatures, outFeatures, { bias, random });
  layer.bias?.value.data.set(uniformArray(outFeatures, random));
  return layer;
}

const denseReference =
  (batch: number, inFeatures: number, outFeatures: number): ReferenceForward =>
  (x, [weight, bias]) =>
    referenceDense(batch, inFeatures, outFeatures, x, weight, bias);

describeEachKernels('gradients of single layers', () => {
  test.each([
    [5, 4, 3, true],
    [5, 4, 3, false],
    [1, 7, 6, true],
    [7, 1, 1, true],
    [6, 5, 5, false],
  ])('Dense, batch %i, %i to %i features, bias %p', (batch, inFeatures, outFeatures, bias) => {
    const layer = dense(inFeatures, outFeatures, 1, bias);
    const reference = denseReference(batch, inFeatures, outFeatures);
    expect(layerMismatches(layer, uniformTensor([batch, inFeatures], 2), reference)).toEqual([]);
  });

  test.each([
    [5, 4, 3, true],
    [5, 4, 3, false],
    [1, 7, 6, true],
    [7, 1, 1, true],
  ])('TransposedDense, batch %i, %i to %i features, bias %p', (batch, inFeatures, outFeatures, bias) => {
    const of = dense(outFeatures, inFeatures, 1, false);
    const layer = new TransposedDense(of, { bias });
    layer.bias?.value.data.set(uniformArray(outFeatures, new Random(4)));
    const weight = Array.from(transpose(of.weight.value).data);
    const reference: ReferenceForward = (x, [b]) =>
      referenceDense(batch, inFeatures, outFeatures, x, weight, b);
    expect(layerMismatches(layer, uniformTensor([batch, inFeatures], 2), reference)).toEqual([]);
  });

  test('Dense and its transposed layer behind it: the shared weight gets the gradients of both', () => {
    const [batch, wide, narrow] = [5, 6, 3];
    const down = dense(wide, narrow, 1);
    const tied = new Sequential([down, new Tanh(), new TransposedDense(down)]);
    const reference: ReferenceForward = (x, [weight, bias, upBias]) => {
      const code = referenceDense(batch, wide, narrow, x, weight, bias).map(activations.tanh);
      const transposed = weight.map((_, i) => weight[(i % wide) * narrow + Math.floor(i / wide)]);
      return referenceDense(batch, narrow, wide, code, transposed, upBias);
    };
    expect(layerMismatches(tied, uniformTensor([batch, wide], 2), reference)).toEqual([]);
  });

  test('L1Penalty: the gradient of the loss and of the mean absolute sum', () => {
    const [layer, x] = [new L1Penalty(0.3), atKinklessPoints(3)];
    const [batch] = x.shape;
    const r = uniformArray(x.size, new Random(9));
    expect(layer.forward(x).data).toEqual(x.data);
    const dX = layer.backward(new Tensor(r, x.shape));
    const loss = (at: readonly number[]) =>
      at.reduce((sum, value, i) => sum + r[i] * value + (0.3 * Math.abs(value)) / batch, 0);
    expect(gradientMismatch(dX.data, numericGradient(loss, x.data))).toBeUndefined();
    const wrong = (at: readonly number[]) =>
      at.reduce((sum, value, i) => sum + r[i] * value + 0.3 * Math.abs(value), 0);
    expect(gradientMismatch(dX.data, numericGradient(wrong, x.data))).toBeDefined();
  });

  test.each<[string, Layer, (x: number) => number]>([
    ['ReLU', new ReLU(), activations.relu],
    ['LeakyReLU', new LeakyReLU(), activations.leakyRelu(0.01)],
    ['LeakyReLU with slope 0.3', new LeakyReLU({ slope: 0.3 }), activations.leakyRelu(0.3)],
    ['LeakyReLU with slope 0', new LeakyReLU({ slope: 0 }), activations.relu],
    ['LeakyReLU with slope 2', new LeakyReLU({ slope: 2 }), activations.leakyRelu(2)],
    ['Sigmoid', new Sigmoid(), activations.sigmoid],
    ['Tanh', new Tanh(), activations.tanh],
    ['SiLU', new SiLU(), activations.silu],
    ['GELU', new GELU(), activations.gelu],
  ])('%s', (_name, layer, reference) => {
    expect(layerMismatches(layer, atKinklessPoints(3), (x) => x.map(reference))).toEqual([]);
  });
});

const BATCH = 3;

/** 4-6-5-4-4-3 with every activation, one Sequential inside of the other. */
function network(): Sequential {
  return new Sequential([
    new Sequential([dense(4, 6, 11), new ReLU(), dense(6, 5, 12, false), new LeakyReLU({ slope: 0.2 })]),
    new Sequential([
      dense(5, 4, 13),
      new Sigmoid(),
      dense(4, 4, 14),
      new Tanh(),
      dense(4, 3, 15),
      new SiLU(),
    ]),
  ]);
}

/** The same network in float64; `atKinks` is called with the inputs of ReLU and LeakyReLU. */
function networkReference(atKinks?: (x: readonly number[]) => void): ReferenceForward {
  return (x, [w0, b0, w1, w2, b2, w3, b3, w4, b4]) => {
    const h0 = referenceDense(BATCH, 4, 6, x, w0, b0);
    const h1 = referenceDense(BATCH, 6, 5, h0.map(activations.relu), w1);
    atKinks?.([...h0, ...h1]);
    const h2 = referenceDense(BATCH, 5, 4, h1.map(activations.leakyRelu(0.2)), w2, b2);
    const h3 = referenceDense(BATCH, 4, 4, h2.map(activations.sigmoid), w3, b3);
    const h4 = referenceDense(BATCH, 4, 3, h3.map(activations.tanh), w4, b4);
    return h4.map(activations.silu);
  };
}

const networkInput = uniformTensor([BATCH, 4], 16, -2, 2);

describeEachKernels('gradients of a composition', () => {
  test('no number in the network is near a kink, however far the differences move one parameter', () => {
    let nearest = Number.POSITIVE_INFINITY;
    const reference = networkReference((x) => {
      nearest = Math.min(nearest, ...x.map(Math.abs));
    });
    layerMismatches(network(), networkInput, reference);
    // One parameter moves them by at most h times what it is multiplied with, and that is less than 5 here.
    expect(nearest).toBeGreaterThan(50 * STEP);
  });

  test('Sequential: forward, dX and every parameter', () => {
    expect(layerMismatches(network(), networkInput, networkReference())).toEqual([]);
  });

  test('backwardParameters gives the gradients of backward, bit for bit', () => {
    const [whole, withoutDX] = [network(), network()];
    const dY = uniformTensor([BATCH, 3], 17);
    whole.forward(networkInput);
    whole.backward(dY);
    withoutDX.forward(networkInput);
    withoutDX.backwardParameters(dY);
    const gradients = (layer: Layer) => layer.parameters().map(({ gradient }) => [...gradient.data]);
    expect(gradients(withoutDX)).toEqual(gradients(whole));
    expect(gradients(whole).every((gradient) => gradient.some((value) => value !== 0))).toBe(true);
  });

  const tied = () => {
    const down = dense(4, 3, 1);
    return new Sequential([down, new Tanh(), new TransposedDense(down)]);
  };

  test.each<[string, () => Layer]>([
    ['a network with every activation', network],
    ['Dense', () => dense(4, 5, 1)],
    ['Dense without bias', () => dense(4, 5, 1, false)],
    ['TransposedDense behind its dense layer', tied],
  ])('backwardInput gives the dX of backward, bit for bit, and leaves the gradients alone: %s', (_, make) => {
    const [whole, inputOnly] = [make(), make()];
    const gradients = (layer: Layer) => layer.parameters().map(({ gradient }) => [...gradient.data]);
    for (const { gradient } of inputOnly.parameters()) gradient.data.fill(7);
    const dY = uniformTensor(whole.forward(networkInput).shape, 17);
    inputOnly.forward(networkInput);
    expect(inputOnly.backwardInput(dY).data).toEqual(whole.backward(dY).data);
    expect(new Set(gradients(inputOnly).flat())).toEqual(new Set([7]));
    // The control: backward leaves none of them alone.
    expect(gradients(whole).every((gradient) => gradient.some((value) => value !== 0))).toBe(true);
  });
});

/** What a mistake does to a correct dense layer after its backward: returns the wrong dX, or changes the gradients. */
class WrongDense extends Dense {
  readonly #mistake: (layer: Dense, dX: Tensor, dY: Tensor) => Tensor;

  constructor(size: number, mistake: (layer: Dense, dX: Tensor, dY: Tensor) => Tensor) {
    super(size, size, { random: new Random(1) });
    this.#mistake = mistake;
  }

  override backward(dY: Tensor): Tensor {
    return this.#mistake(this, super.backward(dY), dY);
  }
}

/** An activation whose derivative, as a function of x and y, is wrong. */
class WrongTanh extends Tanh {
  protected override backwardKernel(): BackwardKernel {
    return (n, y, dY, dX) => {
      for (let i = 0; i < n; i++) dX[i] = dY[i] * (1 - y[i]);
    };
  }
}
class WrongSiLU extends SiLU {
  protected override backwardKernel(): BackwardKernel {
    return (n, x, dY, dX) => {
      for (let i = 0; i < n; i++) dX[i] = dY[i] * activations.sigmoid(x[i]);
    };
  }
}
class WrongGELU extends GELU {
  protected override backwardKernel(): BackwardKernel {
    return (n, x, dY, dX) => {
      for (let i = 0; i < n; i++) dX[i] = dY[i] * normalDistribution(x[i]);
    };
  }
}
class WrongReLU extends ReLU {
  protected override backwardKernel(): BackwardKernel {
    return (n, _y, dY, dX) => {
      for (let i = 0; i < n; i++) dX[i] = dY[i];
    };
  }
}

describe('negative controls: a wrong gradient is rejected', () => {
  const size = 4;
  const x = uniformTensor([size, size], 2);

  /** The names of the arrays that the check finds wrong. */
  const wrongArrays = (layer: Layer, input: Tensor, reference: ReferenceForward) =>
    layerMismatches(layer, input, reference).map((mismatch) => mismatch.split(':')[0]);

  test.each<[string, string[], (layer: Dense, dX: Tensor, dY: Tensor) => Tensor]>([
    ['nothing (the control of the control)', [], (_layer, dX) => dX],
    ['dX from the weight not transposed', ['dX'], ({ weight }, _dX, dY) => matmul(dY, weight.value)],
    [
      'dX off by a part in 100,000',
      ['dX'],
      (_layer, dX) => {
        dX.data.forEach((value, i) => {
          dX.data[i] = value * 1.00001;
        });
        return dX;
      },
    ],
    [
      'dW transposed',
      ['weight'],
      ({ weight }, dX, dY) => {
        weight.gradient.data.set(matmul(dY, x, { transposeA: true }).data);
        return dX;
      },
    ],
    [
      'dW divided by the batch size',
      ['weight'],
      ({ weight }, dX) => {
        weight.gradient.data.forEach((value, i) => {
          weight.gradient.data[i] = value / size;
        });
        return dX;
      },
    ],
    [
      'db without the last row of the batch',
      ['bias'],
      ({ bias }, dX, dY) => {
        for (let j = 0; j < size; j++) bias!.gradient.data[j] -= dY.data[(size - 1) * size + j];
        return dX;
      },
    ],
    [
      'no db',
      ['bias'],
      ({ bias }, dX) => {
        bias!.gradient.data.fill(0);
        return dX;
      },
    ],
  ])('Dense: %s', (_name, arrays, mistake) => {
    expect(wrongArrays(new WrongDense(size, mistake), x, denseReference(size, size, size))).toEqual(arrays);
  });

  test('a forward that forgets the bias', () => {
    const layer = dense(size, size, 1);
    const withoutBias: ReferenceForward = (input, [weight]) =>
      referenceDense(size, size, size, input, weight);
    expect(wrongArrays(layer, x, withoutBias)).toEqual(['forward', 'bias']);
  });

  test.each<[string, Layer, (x: number) => number]>([
    ['tanh with 1 - y in place of 1 - y²', new WrongTanh(), activations.tanh],
    ['SiLU without the second factor', new WrongSiLU(), activations.silu],
    ['GELU without x φ(x)', new WrongGELU(), activations.gelu],
    ['ReLU that lets every gradient through', new WrongReLU(), activations.relu],
    ['leaky ReLU with another slope', new LeakyReLU({ slope: 0.3 }), activations.leakyRelu(0.30001)],
  ])('%s', (_name, layer, reference) => {
    expect(wrongArrays(layer, atKinklessPoints(3), (input) => input.map(reference))).toContain('dX');
  });

  test('a wrong layer inside of a Sequential', () => {
    const layers = network().layers.flatMap((layer) => (layer as Sequential).layers);
    const wrong = new Sequential(layers.map((layer) => (layer instanceof Tanh ? new WrongTanh() : layer)));
    const arrays = wrongArrays(wrong, networkInput, networkReference());
    // The gradients before it are wrong, those behind it are not.
    expect(arrays).toEqual([
      'dX',
      '0.weight',
      '0.bias',
      '2.weight',
      '4.weight',
      '4.bias',
      '6.weight',
      '6.bias',
    ]);
  });
});
