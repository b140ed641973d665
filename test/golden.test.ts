/**
 * The engine compared with figures that PyTorch computed in float64 (test/golden/README.md). Both start from the same
 * decimals, which the engine rounds to float32, so they agree up to rounding: u = 2^-24 for each number that is read or
 * stored, times what later steps make of it. Each bound says where it comes from; "seen" is the largest deviation of all
 * kernels when the bound was chosen.
 *
 * The files also hold softplus, which the engine doesn't have yet. The KL divergence is tested beside its layer, in
 * test/layers/gaussianCode.test.ts.
 */

import { describe, expect, test } from '@jest/globals';
import type { Activation } from '../src/layers/activation.ts';
import { GELU, LeakyReLU, ReLU, Sigmoid, SiLU, Tanh } from '../src/layers/activation.ts';
import { Sequential } from '../src/layers/sequential.ts';
import type { Loss } from '../src/losses/loss.ts';
import {
  BinaryCrossEntropy,
  MeanAbsoluteError,
  MeanSquaredError,
  SoftmaxCrossEntropy,
} from '../src/losses/loss.ts';
import { Adam, AdamW } from '../src/optim/adam.ts';
import type { Optimizer } from '../src/optim/optimizer.ts';
import { SGD } from '../src/optim/sgd.ts';
import { FlatParameters } from '../src/tensor/flatParameters.ts';
import { matmul, transpose } from '../src/tensor/ops.ts';
import { Tensor } from '../src/tensor/tensor.ts';
import { firstOutside, gamma, SMALLEST_FLOAT32, scaleOf, UNIT_ROUNDOFF as u } from './helpers/bounds.ts';
import { describeEachKernels } from './helpers/eachKernels.ts';
import { flatten, goldenAutoencoder, goldenTensor, readGolden } from './helpers/golden.ts';

const autoencoder = readGolden('autoencoder');
const elementwise = readGolden('activations-and-losses');
const products = readGolden('matmul');
const softmax = readGolden('softmax-cross-entropy');

describeEachKernels('matmul', () => {
  // Reading rounds the two factors of each product by u each, and k + 1 roundings follow: γ(k + 3) |A| |B|.
  test.each(products.cases)('$m x $k times $k x $n, in all four forms', (golden) => {
    const { k, product, absolute_product } = golden;
    const a = goldenTensor(golden.a);
    const b = goldenTensor(golden.b);
    const bounds = absolute_product.data.map((sum) => gamma(k + 3) * sum);
    const results = [
      matmul(a, b),
      matmul(transpose(a), b, { transposeA: true }),
      matmul(a, transpose(b), { transposeB: true }),
      matmul(transpose(a), transpose(b), { transposeA: true, transposeB: true }),
    ];
    for (const { shape, data } of results) {
      expect(shape).toEqual(product.shape);
      expect(firstOutside(data, product.data, bounds)).toBeUndefined();
    }
  });

  test('negative control: b read in the other layout is outside of the bound', () => {
    const { k, n, product, absolute_product, ...golden } = products.cases[4];
    const wrong = matmul(goldenTensor(golden.a), goldenTensor(golden.b).reshape([n, k]), {
      transposeB: true,
    });
    const bounds = absolute_product.data.map((sum) => gamma(k + 3) * sum);
    expect(firstOutside(wrong.data, product.data, bounds)).toMatch(/^element 0 /);
  });
});

const ACTIVATIONS: Readonly<Record<string, () => Activation>> = {
  relu: () => new ReLU(),
  'leakyRelu slope=0.01': () => new LeakyReLU({ slope: 0.01 }),
  'leakyRelu slope=0.2': () => new LeakyReLU({ slope: 0.2 }),
  sigmoid: () => new Sigmoid(),
  tanh: () => new Tanh(),
  silu: () => new SiLU(),
  'gelu exact (erf)': () => new GELU(),
};

// x are multiples of 0.25, so reading them rounds nothing. 4 u: one rounding of the result, and room for kernels that
// compute the exponential in float32 (seen: 1.0 u). The figures themselves are printed with 12 digits: 1e-4 u.
const ACTIVATION_BOUND = 4 * u;

describeEachKernels('activations', () => {
  const x = goldenTensor(elementwise.x);
  const ones = Tensor.from(new Float32Array(x.size).fill(1));

  test.each(Object.entries(ACTIVATIONS))('%s, forward', (name, make) => {
    const { y } = elementwise.activations[name];
    const bounds = y.data.map((value) => ACTIVATION_BOUND * Math.abs(value));
    expect(firstOutside(make().forward(x).data, y.data, bounds)).toBeUndefined();
  });

  // Not relative to each element: sigmoid and tanh compute 1 - y from a rounded y (docs/math.md, section 3.3).
  test.each(Object.entries(ACTIVATIONS))('%s, backward', (name, make) => {
    const layer = make();
    layer.forward(x);
    const { dy_dx } = elementwise.activations[name];
    expect(firstOutside(layer.backward(ones).data, dy_dx.data, ACTIVATION_BOUND)).toBeUndefined();
  });

  test('negative control: a slope that is off by a part in a million is outside of the bound', () => {
    const { y } = elementwise.activations['leakyRelu slope=0.2'];
    const bounds = y.data.map((value) => ACTIVATION_BOUND * Math.abs(value));
    const wrong = new LeakyReLU({ slope: 0.2000002 }).forward(x);
    expect(firstOutside(wrong.data, y.data, bounds)).toMatch(/^element 0 /);
  });
});

const LOSSES: Readonly<Record<string, () => Loss>> = {
  meanSquaredError: () => new MeanSquaredError(),
  meanAbsoluteError: () => new MeanAbsoluteError(),
  'binaryCrossEntropy on logits': () => new BinaryCrossEntropy(),
};

describeEachKernels('losses', () => {
  const { prediction, target } = elementwise;
  const n = prediction.data.length;

  // Reading p and t moves each by u of itself, and a slope 2 (p - t) / n by 2 / n of that; at most 3 more roundings.
  test.each(Object.entries(LOSSES))('%s and its gradient', (name, make) => {
    const golden = elementwise.losses[name];
    const loss = make();
    const value = loss.forward(goldenTensor(prediction), goldenTensor(target));
    // Each of the n terms is off by a few u in a direction of its own, so their mean by less than 2 u (seen: 0.3 u).
    expect(firstOutside([value], [golden.loss], 2 * u * golden.loss)).toBeUndefined();
    const bounds = golden.dPrediction.data.map(
      (slope, i) =>
        (2 * u * (Math.abs(prediction.data[i]) + Math.abs(target.data[i]))) / n + 3 * u * Math.abs(slope),
    );
    expect(firstOutside(loss.backward().data, golden.dPrediction.data, bounds)).toBeUndefined();
  });

  test('negative control: the mean over the samples only is outside of the bound', () => {
    const golden = elementwise.losses.meanSquaredError;
    const loss = new MeanSquaredError();
    const value = loss.forward(goldenTensor(prediction), goldenTensor(target)) * prediction.shape[1];
    expect(firstOutside([value], [golden.loss], 2 * u * golden.loss)).toMatch(/^element 0 /);
  });
});

describe('softmax cross-entropy, which has no kernel', () => {
  const logits = softmax.logits.data;
  const [n, c] = softmax.logits.shape;
  const largest = scaleOf(logits);

  /** Reading moves each logit and each target by u of itself; only a slope is rounded after that. */
  function bounds({ target, loss, dLogits }: (typeof softmax.cases)[string]) {
    const slopes = dLogits.data.reduce((sum, slope, i) => sum + Math.abs(slope * logits[i]), 0);
    const softmaxTimesSum = dLogits.data.map((slope, i) => n * slope + target.data[i]);
    return {
      loss: u * (slopes + loss) * (1 + 1e-6),
      dLogits: softmaxTimesSum.map(
        (p, i) =>
          (u * (p * (Math.abs(logits[i]) + largest + c) + target.data[i])) / n +
          u * Math.abs(dLogits.data[i]),
      ),
    };
  }

  test.each(Object.entries(softmax.cases))('%s: the loss and its gradient', (_name, golden) => {
    const loss = new SoftmaxCrossEntropy();
    const value = loss.forward(goldenTensor(softmax.logits), goldenTensor(golden.target));
    const bound = bounds(golden);
    expect(firstOutside([value], [golden.loss], bound.loss)).toBeUndefined();
    // The figures are printed with 12 digits, 0.5e-11 of each; the smallest are no float32 numbers.
    const printed = bound.dLogits.map(
      (allowed, i) => allowed + 1e-11 * Math.abs(golden.dLogits.data[i]) + SMALLEST_FLOAT32,
    );
    expect(firstOutside(loss.backward().data, golden.dLogits.data, printed)).toBeUndefined();
  });

  test('negative control: the mean over all elements is outside of the bound', () => {
    const [golden] = Object.values(softmax.cases);
    const loss = new SoftmaxCrossEntropy();
    const value = loss.forward(goldenTensor(softmax.logits), goldenTensor(golden.target)) / c;
    expect(firstOutside([value], [golden.loss], bounds(golden).loss)).toMatch(/^element 0 /);
  });

  test('negative control: a gradient for targets with the sum 1 is outside of the bound for others', () => {
    const golden = softmax.cases['targets with a sum other than 1'];
    const loss = new SoftmaxCrossEntropy();
    loss.forward(goldenTensor(softmax.logits), goldenTensor(softmax.cases['shares of classes'].target));
    expect(firstOutside(loss.backward().data, golden.dLogits.data, bounds(golden).dLogits)).toMatch(
      /^element 0 /,
    );
  });
});

/**
 * Every array of the forward and backward pass, relative to its largest element. A gradient of the first layer has come
 * through 6 products forward and 6 backward. Each reads weights that are off by u, and rounds its result by u: 24 u if
 * all errors had the same direction. With random directions they add up to √24 = 5. A kernel that sums in float32 adds
 * about √13 u a product, the square root of its 13 roundings. 16 u in all (seen: 2.8 u).
 */
const PASS_BOUND = 16 * u;

describeEachKernels('the autoencoder', () => {
  const input = goldenTensor(autoencoder.input);
  const passMismatch = (got: ArrayLike<number>, expected: readonly number[]) =>
    firstOutside(got, expected, PASS_BOUND * scaleOf(expected));

  test('code, output and loss', () => {
    const [encoder, decoder] = goldenAutoencoder(autoencoder);
    const code = encoder.forward(input);
    expect(code.shape).toEqual(autoencoder.code.shape);
    expect(passMismatch(code.data, autoencoder.code.data)).toBeUndefined();
    const output = decoder.forward(code);
    expect(output.shape).toEqual(autoencoder.output.shape);
    expect(passMismatch(output.data, autoencoder.output.data)).toBeUndefined();
    const loss = new MeanSquaredError().forward(output, input);
    expect(passMismatch([loss], [autoencoder.loss])).toBeUndefined();
  });

  test('every gradient', () => {
    const network = new Sequential(goldenAutoencoder(autoencoder));
    const loss = new MeanSquaredError();
    loss.forward(network.forward(input), input);
    network.backwardParameters(loss.backward());
    const gradients = network.parameters().map(({ gradient }) => gradient);
    const golden = autoencoder.gradients.flatMap(({ weight, bias }) => [weight, bias]);
    expect(gradients.map(({ shape }) => shape)).toEqual(golden.map(({ shape }) => shape));
    const mismatches = gradients.map(({ data }, i) => passMismatch(data, golden[i].data));
    expect(mismatches).toEqual(golden.map(() => undefined));
  });

  test('negative control: one bias that is off by 1e-5 shows in code, output and gradients', () => {
    const [encoder, decoder] = goldenAutoencoder(autoencoder);
    encoder.parameters().at(-1)!.value.data[0] += 1e-5;
    const code = encoder.forward(input);
    expect(passMismatch(code.data, autoencoder.code.data)).toMatch(/^element 0 /);
    const output = decoder.forward(code);
    expect(passMismatch(output.data, autoencoder.output.data)).toMatch(/^element/);
    const loss = new MeanSquaredError();
    loss.forward(output, input);
    decoder.backward(loss.backward());
    const gradient = decoder.parameters()[0].gradient.data;
    const golden = autoencoder.gradients[autoencoder.code_index + 1].weight.data;
    expect(passMismatch(gradient, golden)).toMatch(/^element/);
  });
});

interface TenSteps {
  readonly optimizer: () => Optimizer;
  /** In u, relative to the largest parameter, 0.86. */
  readonly bound: number;
  /** The same optimizer with one thing wrong, which must be outside of the bound. */
  readonly wrong: () => Optimizer;
}

const learningRate = 0.01;

/**
 * Ten steps. Each parameter is rounded when it is read and ten times when it is stored, u / 2 on average: at most 11 u,
 * and √11 / 2 = 1.7 u if the directions are random (seen: 2.2 to 3.0 u). Learning adds little: SGD scales the gradients'
 * errors by 0.1. 16 u in all.
 *
 * Adam divides by √v, so an error counts relative to the gradient, however small the gradient is. The error cancels in
 * m / √v if √v is much larger than epsilon, but not if both are of the same size. One weight of this network has a single
 * gradient in the ten steps, of 5e-7: its input is a ReLU that just became active, at 2e-4, which is what is left of sums
 * of size 1, so rounding counts 5000-fold. 64 u for that run (seen: 13 u); with epsilon 1e-8 the error cancels.
 */
const TEN_STEPS: Readonly<Record<string, TenSteps>> = {
  'sgd lr=0.1': {
    optimizer: () => new SGD({ learningRate: 0.1 }),
    bound: 16,
    wrong: () => new SGD({ learningRate: 0.10001 }),
  },
  'sgd lr=0.1 momentum=0.9': {
    optimizer: () => new SGD({ learningRate: 0.1, momentum: 0.9 }),
    bound: 16,
    wrong: () => new SGD({ learningRate: 0.1, momentum: 0.9, nesterov: true }),
  },
  'adam lr=0.01 beta1=0.9 beta2=0.999 epsilon=1e-8': {
    optimizer: () => new Adam({ learningRate, epsilon: 1e-8 }),
    bound: 16,
    wrong: () => new Adam({ learningRate, epsilon: 1e-7 }),
  },
  'adam lr=0.01 beta1=0.9 beta2=0.999 epsilon=1e-7': {
    optimizer: () => new Adam({ learningRate, epsilon: 1e-7 }),
    bound: 64,
    wrong: () => new Adam({ learningRate, epsilon: 1e-7, beta2: 0.9991 }),
  },
  'adamw lr=0.01 weight_decay=0.1': {
    optimizer: () => new AdamW({ learningRate, epsilon: 1e-8, weightDecay: 0.1 }),
    bound: 16,
    wrong: () => new AdamW({ learningRate, epsilon: 1e-8, weightDecay: 0.1001 }),
  },
};

/** Ten steps on the golden batch: the loss before each, and all parameters after them. */
function tenSteps(optimizer: Optimizer): { losses: number[]; values: Float32Array } {
  const input = goldenTensor(autoencoder.input);
  const network = new Sequential(goldenAutoencoder(autoencoder));
  const parameters = new FlatParameters(network.parameters());
  const loss = new MeanSquaredError();
  const losses: number[] = [];
  for (let step = 0; step < 10; step++) {
    parameters.zeroGradients();
    losses.push(loss.forward(network.forward(input), input));
    network.backwardParameters(loss.backward());
    optimizer.step(parameters);
  }
  return { losses, values: parameters.values };
}

describeEachKernels('ten steps', () => {
  const names = Object.keys(autoencoder.ten_steps_on_the_same_batch);

  test('every optimizer of the file is here', () => {
    expect(Object.keys(TEN_STEPS)).toEqual(names);
  });

  test.each(names)('%s', (name) => {
    const { optimizer, bound } = TEN_STEPS[name];
    const golden = autoencoder.ten_steps_on_the_same_batch[name];
    const expected = flatten(golden.parameters_after);
    const { losses, values } = tenSteps(optimizer());
    // A loss averages the errors of 84 outputs: 2 u (seen: 0.3 u) where a single output has 16 u.
    const lossBounds = golden.losses_before_each_step.map((loss) => 2 * u * loss);
    expect(firstOutside(losses, golden.losses_before_each_step, lossBounds)).toBeUndefined();
    expect(firstOutside(values, expected, bound * u * scaleOf(expected))).toBeUndefined();
  });

  test.each(names)('%s, negative control: a slightly different optimizer is outside of the bound', (name) => {
    const { wrong, bound } = TEN_STEPS[name];
    const expected = flatten(autoencoder.ten_steps_on_the_same_batch[name].parameters_after);
    const { values } = tenSteps(wrong());
    expect(firstOutside(values, expected, bound * u * scaleOf(expected))).toMatch(/^element/);
  });
});
