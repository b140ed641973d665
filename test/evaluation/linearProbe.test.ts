import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { accuracyOf } from '../../src/evaluation/labels.ts';
import { LinearProbe } from '../../src/evaluation/linearProbe.ts';
import { ShapeError } from '../../src/tensor/shape.ts';
import { Tensor } from '../../src/tensor/tensor.ts';
import { describeEachKernels } from '../helpers/eachKernels.ts';
import { uniformTensor } from '../helpers/randomArrays.ts';

interface GoldenProbe {
  readonly name: string;
  readonly shape: readonly number[];
  readonly features: readonly number[];
  readonly labels: readonly number[];
  readonly l2: number;
  /** `[classes, features]` */
  readonly coef: readonly number[];
  readonly intercept: readonly number[];
  readonly predicted: readonly number[];
}

const golden: { readonly cases: readonly GoldenProbe[] } = JSON.parse(
  readFileSync(new URL('../golden/features/linear_probe.json', import.meta.url), 'utf8'),
);

/** f of linearProbe.ts and its gradient, by definition, in float64, for scaled x. */
function naiveGradient(
  x: readonly number[][],
  targets: readonly number[],
  weight: readonly number[][],
  bias: readonly number[],
  l2: number,
): { dWeight: number[][]; dBias: number[] } {
  const n = x.length;
  const dWeight = weight.map((row) => row.map((value) => (l2 / n) * value));
  const dBias = bias.map(() => 0);
  x.forEach((row, i) => {
    const logits = bias.map((value, c) =>
      row.reduce((sum, feature, j) => sum + feature * weight[j][c], value),
    );
    const exps = logits.map((logit) => Math.exp(logit - Math.max(...logits)));
    const sum = exps.reduce((a, b) => a + b);
    exps.forEach((one, c) => {
      const slope = (one / sum - (targets[i] === c ? 1 : 0)) / n;
      dBias[c] += slope;
      row.forEach((feature, j) => {
        dWeight[j][c] += slope * feature;
      });
    });
  });
  return { dWeight, dBias };
}

/** The minimum by plain gradient descent. */
function naiveProbe(x: readonly number[][], targets: readonly number[], classes: number, l2: number) {
  const weight = x[0].map(() => new Array<number>(classes).fill(0));
  const bias = new Array<number>(classes).fill(0);
  for (let step = 0; step < 4000; step++) {
    const { dWeight, dBias } = naiveGradient(x, targets, weight, bias, l2);
    dWeight.forEach((row, j) => {
      row.forEach((slope, c) => {
        weight[j][c] -= slope;
      });
    });
    dBias.forEach((slope, c) => {
      bias[c] -= slope;
    });
  }
  return { weight, bias };
}

describeEachKernels('the linear probe', () => {
  test.each(golden.cases)('is what scikit-learn finds: $name', (expected) => {
    const { shape, labels, l2, coef, intercept, predicted } = expected;
    const features = Tensor.from(expected.features, shape);
    const probe = LinearProbe.fit(features, labels, { l2, tolerance: 1e-6 });
    const [d, c] = probe.weight.shape;
    expect(probe.converged).toBe(true);
    // A gradient of 1e-6 over a curvature of at least l2 / n >= 1/60 is 6e-5; seen: 3e-5.
    for (let j = 0; j < d; j++) {
      for (let k = 0; k < c; k++)
        expect(Math.abs(probe.weight.data[j * c + k] - coef[k * d + j])).toBeLessThan(1e-4);
    }
    const mean = intercept.reduce((a, b) => a + b) / c; // that all are larger by the same changes nothing
    probe.bias.forEach((value, k) => {
      expect(Math.abs(value - (intercept[k] - mean))).toBeLessThan(2e-4);
    });
    expect(Array.from(probe.predict(features))).toEqual(predicted);
  });

  test('is the minimum that gradient descent finds, step by step in float64', () => {
    // These have mean 0 and standard deviation 1: each feature is -1 and 1 equally often.
    const rows = Array.from({ length: 8 }, (_, i) =>
      [i & 1, (i >> 1) & 1, (i >> 2) & 1].map((bit) => 2 * bit - 1),
    );
    const targets = [0, 1, 2, 1, 0, 2, 2, 1];
    const { weight, bias } = naiveProbe(rows, targets, 3, 1);
    const probe = LinearProbe.fit(Tensor.from(rows.flat(), [8, 3]), targets, { tolerance: 1e-6 });
    // A gradient of 1e-6 over the penalty's curvature of 1/8.
    weight.flat().forEach((value, i) => {
      expect(Math.abs(probe.weight.data[i] - value)).toBeLessThan(1e-5);
    });
    bias.forEach((value, c) => {
      expect(Math.abs(probe.bias[c] - value)).toBeLessThan(1e-5);
    });
  });

  test('has the same bits each time', () => {
    const features = uniformTensor([40, 5], 1);
    const labels = Array.from({ length: 40 }, (_, i) => i % 3);
    const [one, other] = [1, 2].map(() => LinearProbe.fit(features, labels));
    expect(one.weight.data).toEqual(other.weight.data);
    expect(one.iterations).toBe(other.iterations);
  });
});

describe('the linear probe', () => {
  const features = uniformTensor([30, 2], 1);
  const labels = Array.from({ length: 30 }, (_, i) => (features.data[2 * i] > 0 ? 5 : -3));

  test('finds linearly separable classes by their labels', () => {
    const probe = LinearProbe.fit(features, labels);
    expect(probe.classes).toEqual([-3, 5]);
    expect(accuracyOf(probe.predict(features), labels)).toBe(1);
  });

  test('finds nothing in labels that are independent of the features', () => {
    const other = uniformTensor([2000, 2], 2);
    const coin = Array.from(uniformTensor([2000], 3).data, (value) => (value > 0 ? 1 : 0));
    // Within 4 standard deviations of the accuracy of a coin.
    expect(Math.abs(accuracyOf(LinearProbe.fit(other, coin).predict(other), coin) - 0.5)).toBeLessThan(0.045);
  });

  test('reports that it did not converge', () => {
    expect(LinearProbe.fit(features, labels, { maxIterations: 2 })).toMatchObject({
      iterations: 2,
      converged: false,
    });
    expect(LinearProbe.fit(features, labels).converged).toBe(true);
  });

  test('leaves the features as they are', () => {
    const before = features.copy();
    LinearProbe.fit(features, labels);
    expect(features.data).toEqual(before.data);
  });

  test('refuses input that is not a classification', () => {
    expect(() => LinearProbe.fit(features, new Array(30).fill(4))).toThrow(
      'LinearProbe.fit: all labels are 4, expected at least two classes.',
    );
    expect(() => LinearProbe.fit(features, [1, 2])).toThrow(ShapeError);
    expect(() => LinearProbe.fit(features, labels, { l2: -1 })).toThrow(
      'LinearProbe.fit: l2 is -1, expected a number >= 0.',
    );
    for (const options of [{ maxIterations: Number.NaN }, { tolerance: Number.NaN }, { maxIterations: -1 }]) {
      expect(() => LinearProbe.fit(features, labels, options)).toThrow('expected a number >= 0.');
    }
    expect(LinearProbe.fit(features, labels, { tolerance: 0, maxIterations: 1.5 }).iterations).toBe(2);
    expect(() => LinearProbe.fit(features, labels).predict(Tensor.zeros([1, 3]))).toThrow(ShapeError);
  });
});
