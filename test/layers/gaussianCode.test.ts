/**
 * The code of a variational autoencoder: its draws, the KL divergence and the gradients of both, against figures of PyTorch
 * and against differences of a float64 reference.
 */

import { describe, expect, test } from '@jest/globals';
import { GaussianCode, GaussianSample, gaussianKL } from '../../src/layers/gaussianCode.ts';
import { Layer } from '../../src/layers/layer.ts';
import type { Parameter } from '../../src/tensor/parameter.ts';
import { Random } from '../../src/tensor/random.ts';
import { type Shape, ShapeError } from '../../src/tensor/shape.ts';
import { Tensor } from '../../src/tensor/tensor.ts';
import { firstOutside, UNIT_ROUNDOFF as u } from '../helpers/bounds.ts';
import { describeEachKernels } from '../helpers/eachKernels.ts';
import { goldenTensor, readGolden } from '../helpers/golden.ts';
import { layerMismatches, type ReferenceForward, type ReferencePenalty } from '../helpers/gradientCheck.ts';
import { referenceDense, referenceGaussianKL } from '../helpers/naive/reference.ts';
import { uniformArray, uniformTensor } from '../helpers/randomArrays.ts';

const BATCH = 5;
const [IN, OUT] = [4, 3];
const SEED = 21;
const x = uniformTensor([BATCH, IN], 2);

/** Biases start at zero; here they have some values. */
function code(): GaussianCode {
  const random = new Random(1);
  const layer = new GaussianCode(IN, OUT, { random });
  for (const { bias } of [layer.mean, layer.logVariance]) bias?.value.data.set(uniformArray(OUT, random));
  return layer;
}

function sampleOf(layer: GaussianCode, klWeight = 1, seed = SEED): GaussianSample {
  const sample = new GaussianSample(layer, { random: new Random(seed) });
  sample.klWeight = klWeight;
  return sample;
}

/** The ε of the first forward. */
const EPSILON = new Float32Array(BATCH * OUT);
new Random(SEED).fillNormal(EPSILON);

/** The parameters are the weight and the bias of the mean, then those of the log-variance. */
type Values = readonly (readonly number[])[];
const meanOf = (at: readonly number[], [weight, bias]: Values) =>
  referenceDense(BATCH, IN, OUT, at, weight, bias);
const logVarianceOf = (at: readonly number[], [, , weight, bias]: Values) =>
  referenceDense(BATCH, IN, OUT, at, weight, bias);

const drawn: ReferenceForward = (at, values) => {
  const [mean, logVariance] = [meanOf(at, values), logVarianceOf(at, values)];
  return mean.map((mu, i) => mu + Math.exp(logVariance[i] / 2) * EPSILON[i]);
};

const weighedKL =
  (klWeight: number): ReferencePenalty =>
  (at, values) =>
    (klWeight * referenceGaussianKL(meanOf(at, values), logVarianceOf(at, values))) / BATCH;

const gradientsOf = (layer: Layer) => layer.parameters().map(({ gradient }) => Array.from(gradient.data));

describeEachKernels('GaussianSample', () => {
  test.each([0, 1, 4])('forward, dX and both heads, with the KL divergence weighed %d', (klWeight) => {
    expect(layerMismatches(sampleOf(code(), klWeight), x, drawn, weighedKL(klWeight))).toEqual([]);
  });

  test('backwardParameters gives the gradients of backward, backwardInput its dX and no gradients, bit for bit', () => {
    const dZ = uniformTensor([BATCH, OUT], 3);
    const [whole, parameters, input] = [code(), code(), code()].map((layer) => sampleOf(layer, 2));
    for (const sample of [whole, parameters, input]) sample.forward(x);
    const dX = whole.backward(dZ).copy();
    parameters.backwardParameters(dZ);
    expect(gradientsOf(parameters)).toEqual(gradientsOf(whole));
    expect(gradientsOf(whole).flat()).not.toContain(0);
    expect(input.backwardInput(dZ).data).toEqual(dX.data);
    expect(new Set(gradientsOf(input).flat())).toEqual(new Set([0]));
  });
});

/** A GaussianSample with a mistake in its backward. */
class WrongSample extends Layer {
  readonly #code = code();
  readonly #sample = sampleOf(this.#code);
  readonly #mistake: (sample: GaussianSample, code: GaussianCode, dZ: Tensor) => Tensor;

  constructor(mistake: (sample: GaussianSample, code: GaussianCode, dZ: Tensor) => Tensor) {
    super();
    this.#mistake = mistake;
  }

  override forward(input: Tensor): Tensor {
    return this.#sample.forward(input);
  }

  override backward(dZ: Tensor): Tensor {
    return this.#mistake(this.#sample, this.#code, dZ);
  }

  override namedParameters(): readonly (readonly [string, Parameter])[] {
    return this.#code.namedParameters();
  }

  override outputShape(): Shape {
    return [OUT];
  }
}

describe('negative controls: a wrong gradient is found', () => {
  const [MEAN, VARIANCE] = ['mean', 'logVariance'].map((head) => [`${head}.weight`, `${head}.bias`]);

  test.each<[string, string[], (sample: GaussianSample, layer: GaussianCode, dZ: Tensor) => Tensor]>([
    ['nothing wrong (the control of the control)', [], (sample, _, dZ) => sample.backward(dZ)],
    [
      'without dZ ε σ / 2, as if the draw did not depend on the variance',
      ['dX', ...VARIANCE],
      (sample, layer, dZ) => {
        const throughKL = sample.backward(Tensor.zeros(dZ.shape)).copy();
        const throughMean = layer.mean.backward(dZ);
        return Tensor.from(
          throughKL.data.map((value, i) => value + throughMean.data[i]),
          throughKL.shape,
        );
      },
    ],
    [
      'without the KL divergence',
      ['dX', ...MEAN, ...VARIANCE],
      (sample, _, dZ) => {
        sample.klWeight = 0;
        return sample.backward(dZ);
      },
    ],
    [
      'the KL divergence summed over the batch, not averaged',
      ['dX', ...MEAN, ...VARIANCE],
      (sample, _, dZ) => {
        sample.klWeight = BATCH;
        return sample.backward(dZ);
      },
    ],
    [
      'the KL divergence weighed with one part in 10,000 too much',
      ['dX', ...MEAN, ...VARIANCE],
      (sample, _, dZ) => {
        sample.klWeight = 1.0001;
        return sample.backward(dZ);
      },
    ],
  ])('%s', (_, arrays, mistake) => {
    const mismatches = layerMismatches(new WrongSample(mistake), x, drawn, weighedKL(1));
    expect(mismatches.map((mismatch) => mismatch.split(':')[0])).toEqual(arrays);
  });
});

describeEachKernels('the figures of PyTorch', () => {
  const golden = readGolden('activations-and-losses').gaussianKL;
  const [mean, logVariance] = [goldenTensor(golden.mean), goldenTensor(golden.logVariance)];
  const [rows, columns] = mean.shape;

  /** A code whose input is the mean and the log-variance, side by side: its dX is their gradients, side by side. */
  function passingThrough(): GaussianCode {
    const layer = new GaussianCode(2 * columns, columns, { initializer: (shape) => Tensor.zeros(shape) });
    for (let i = 0; i < columns; i++) {
      layer.mean.weight.value.data[i * columns + i] = 1;
      layer.logVariance.weight.value.data[(columns + i) * columns + i] = 1;
    }
    return layer;
  }

  /** Two matrices `[rows, columns]` side by side. */
  const sideBySide = (left: ArrayLike<number>, right: ArrayLike<number>) =>
    Array.from({ length: rows }, (_, i) =>
      [left, right].map((all) => Array.from(all).slice(i * columns, (i + 1) * columns)),
    ).flat(2);

  test('gaussianKL: the sums over the rows, of which the file has the mean', () => {
    const kl = gaussianKL(mean, logVariance);
    expect(kl).toHaveLength(rows);
    // Reading moves μ and log σ² by u of themselves, and so each term by 2 u of its parts; these add up to less than 8.
    const parts = referenceGaussianKL(
      Array.from(mean.data, Math.abs),
      Array.from(logVariance.data, Math.abs),
    );
    const average = kl.reduce((a, b) => a + b) / rows;
    expect(Math.abs(average - golden.kl)).toBeLessThan((2 * u * (2 * parts)) / rows + 1e-9);
    expect(Math.abs(average * rows - golden.kl)).toBeGreaterThan(1);
  });

  test('the gradients of the KL divergence alone', () => {
    const sample = sampleOf(passingThrough());
    sample.forward(Tensor.from(sideBySide(mean.data, logVariance.data), [rows, 2 * columns]));
    const dX = sample.backward(Tensor.zeros([rows, columns]));
    const expected = sideBySide(golden.dMean.data, golden.dLogVariance.data);
    // Reading, σ² and the result are rounded once each, σ² - 1 is relative to 1: 4 u of a row's share, 1 / B, in all.
    const bounds = expected.map((value) => 4 * u * (Math.abs(value) + 1 / rows));
    expect(firstOutside(dX.data, expected, bounds)).toBeUndefined();
    const doubled = expected.map((value) => 1.00001 * value);
    expect(firstOutside(dX.data, doubled, bounds)).toBeDefined();
  });
});

describe('gaussianKL', () => {
  const klOf = (mu: number, variance: number) =>
    gaussianKL(Tensor.from([mu], [1, 1]), Tensor.from([Math.log(variance)], [1, 1]))[0];

  test('is 0 for the standard normal distribution alone', () => {
    expect(klOf(0, 1)).toBe(0);
    expect(klOf(0.1, 1)).toBeCloseTo(0.005, 9);
    expect(klOf(0, 4)).toBeCloseTo((3 - Math.log(4)) / 2, 6);
  });

  test('is never below 0, and keeps its digits near 0', () => {
    const random = new Random(3);
    const logVariance = Tensor.zeros([10_000, 1]);
    for (let i = 0; i < logVariance.size; i++) {
      logVariance.data[i] = random.uniform(-1, 1) * 10 ** random.uniform(-12, 0);
    }
    expect(Math.min(...gaussianKL(Tensor.zeros(logVariance.shape), logVariance))).toBeGreaterThanOrEqual(0);
    const careless = logVariance.data.map((value) => Math.exp(value) - 1 - value);
    expect(Math.min(...careless)).toBeLessThan(0);
    const [kl] = gaussianKL(Tensor.zeros([1, 1]), Tensor.from([2 ** -12], [1, 1]));
    // ¼ x² (1 + x/3 + x²/12 + …); exp(x) - 1 - x would be off by 1e-16 / x², 2e-9.
    expect(kl / (2 ** -26 * (1 + 2 ** -12 / 3 + 2 ** -24 / 12))).toBeCloseTo(1, 11);
  });
});

describe('what is drawn', () => {
  test('is the same for the same seed, bit for bit, and differs from draw to draw', () => {
    const [one, same, other] = [5, 5, 6].map((seed) => sampleOf(code(), 1, seed));
    const [first, second] = [one.forward(x).copy(), one.forward(x).copy()];
    expect(same.forward(x).data).toEqual(first.data);
    expect(same.forward(x).data).toEqual(second.data);
    expect(other.forward(x).data).not.toEqual(first.data);
    expect(second.data).not.toEqual(first.data);
  });

  test('has the mean and the variance that the layers say', () => {
    const layer = code();
    const count = 20_000;
    const row = x.rows(0, 1);
    const z = sampleOf(layer).forward(
      Tensor.from(
        Array(count)
          .fill([...row.data])
          .flat(),
        [count, IN],
      ),
    );
    const [means, variances] = [
      layer.mean.forward(row).data,
      layer.logVariance.forward(row).data.map(Math.exp),
    ];
    for (let j = 0; j < OUT; j++) {
      let [sum, squares] = [0, 0];
      for (let i = 0; i < count; i++) {
        const error = z.data[i * OUT + j] - means[j];
        sum += error;
        squares += error * error;
      }
      // Five standard errors: σ / √n of the mean, σ² √(2 / n) of the variance.
      expect(Math.abs(sum / count)).toBeLessThan(5 * Math.sqrt(variances[j] / count));
      expect(Math.abs(squares / count / variances[j] - 1)).toBeLessThan(5 * Math.sqrt(2 / count));
    }
    // The control: the log of the standard deviation instead of that of the variance would be far outside.
    for (const variance of variances) {
      expect(Math.abs(variance - 1)).toBeGreaterThan(10 * Math.sqrt(2 / count));
    }
  });

  test('has the KL divergence of each sample', () => {
    const layer = code();
    const sample = sampleOf(layer);
    expect(() => sample.kl()).toThrow(
      'GaussianSample.kl: called before forward, expected a forward pass first.',
    );
    sample.forward(x);
    const [mean, logVariance] = [layer.mean.forward(x), layer.logVariance.forward(x)].map((y) => y.copy());
    expect(sample.kl()).toEqual(gaussianKL(mean, logVariance));
    const sum = sample.kl().reduce((a, b) => a + b);
    const exact = referenceGaussianKL([...mean.data], [...logVariance.data]);
    expect(Math.abs(sum - exact)).toBeLessThan(1e-12 * exact);
  });
});

describeEachKernels('GaussianCode', () => {
  test('answers with the mean, and has its gradients', () => {
    const layer = code();
    const mean = layer.mean.forward(x).copy();
    expect(layer.forward(x).data).toEqual(mean.data);
    const reference: ReferenceForward = (at, values) => meanOf(at, values);
    expect(layerMismatches(layer, x, reference)).toEqual([]);
    expect(new Set(layer.logVariance.weight.gradient.data)).toEqual(new Set([0]));
  });

  test('backwardParameters and backwardInput each give half of backward', () => {
    const dY = uniformTensor([BATCH, OUT], 3);
    const [whole, parameters, input] = [code(), code(), code()];
    for (const layer of [whole, parameters, input]) layer.forward(x);
    const dX = whole.backward(dY).copy();
    parameters.backwardParameters(dY);
    expect(gradientsOf(parameters)).toEqual(gradientsOf(whole));
    expect(input.backwardInput(dY).data).toEqual(dX.data);
    expect(new Set(gradientsOf(input).flat())).toEqual(new Set([0]));
  });
});

describe('refusals', () => {
  test('a width that is no integer, an input or a gradient of another shape, a backward before forward', () => {
    expect(() => new GaussianCode(4, 0)).toThrow(
      new RangeError('Dense: the widths are 4 and 0, expected integers >= 1.'),
    );
    const sample = sampleOf(code());
    const dZ = Tensor.zeros([BATCH, OUT]);
    expect(() => sample.backward(dZ)).toThrow(
      new Error('GaussianSample.backward: called before forward, expected a forward pass first.'),
    );
    expect(() => sample.forward(Tensor.zeros([2, 3]))).toThrow(ShapeError);
    sample.forward(x);
    expect(() => sample.backward(Tensor.zeros([BATCH, OUT + 1]))).toThrow(
      new ShapeError('GaussianSample.backward: dY is [5, 4], expected [5, 3].'),
    );
  });

  test('a draw is no layer of a model file', () => {
    expect(() => sampleOf(code()).spec()).toThrow(/^GaussianSample\.spec: this layer has no spec/);
    expect(code().spec()).toEqual({ type: 'gaussianCode', inFeatures: IN, outFeatures: OUT });
    expect(code().outputShape([IN])).toEqual([OUT]);
    expect(sampleOf(code()).outputShape([IN])).toEqual([OUT]);
    expect(() => code().outputShape([IN + 1])).toThrow(ShapeError);
  });
});
