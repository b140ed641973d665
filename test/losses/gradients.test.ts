/** Every loss and its gradient against a float64 reference and its differences (test/helpers/gradientCheck.ts). */

import { describe, expect, test } from '@jest/globals';
import type { Loss } from '../../src/losses/loss.ts';
import {
  BinaryCrossEntropy,
  MeanAbsoluteError,
  MeanSquaredError,
  SoftmaxCrossEntropy,
} from '../../src/losses/loss.ts';
import { Tensor } from '../../src/tensor/tensor.ts';
import { firstOutside } from '../helpers/bounds.ts';
import { describeEachKernels } from '../helpers/eachKernels.ts';
import { gradientMismatch, numericGradient, STEP, tolerance } from '../helpers/gradientCheck.ts';
import { referenceLosses } from '../helpers/naive/reference.ts';
import { tensorAwayFromZero, uniformTensor } from '../helpers/randomArrays.ts';

type ReferenceLoss = (prediction: readonly number[], target: readonly number[]) => number;

const SHAPE = [5, 4];
const target = uniformTensor(SHAPE, 1, 0, 1);
// The absolute error has a kink where prediction and target meet: they stay 0.05 apart, 500 times the step.
const error = tensorAwayFromZero(SHAPE, 2, 500 * STEP, 3);
const prediction = Tensor.from(
  target.data.map((t, i) => t + error.data[i]),
  SHAPE,
);

const softmaxCrossEntropy: ReferenceLoss = (p, t) => referenceLosses.softmaxCrossEntropy(p, t, SHAPE[1]);

/** What is wrong with a loss or with its gradient, as sentences. */
function lossMismatches(loss: Loss, reference: ReferenceLoss): string[] {
  const [p, t] = [Array.from(prediction.data), Array.from(target.data)];
  const value = loss.forward(prediction, target);
  const exact = reference(p, t);
  const numeric = numericGradient((moved) => reference(moved, t), p);
  const found = [
    ['value', firstOutside([value], [exact], tolerance() * exact)],
    ['dPrediction', gradientMismatch(loss.backward().data, numeric)],
  ];
  return found.filter(([, mismatch]) => mismatch).map(([name, mismatch]) => `${name}: ${mismatch}`);
}

describeEachKernels('gradients of losses', () => {
  test.each<[string, Loss, ReferenceLoss]>([
    ['MeanSquaredError', new MeanSquaredError(), referenceLosses.meanSquaredError],
    ['MeanAbsoluteError', new MeanAbsoluteError(), referenceLosses.meanAbsoluteError],
    ['BinaryCrossEntropy', new BinaryCrossEntropy(), referenceLosses.binaryCrossEntropy],
    ['SoftmaxCrossEntropy', new SoftmaxCrossEntropy(), softmaxCrossEntropy],
  ])('%s', (_name, loss, reference) => {
    expect(lossMismatches(loss, reference)).toEqual([]);
  });
});

describe('negative controls: a wrong loss is rejected', () => {
  type Evaluate = [n: number, p: Float32Array, t: Float32Array, dP: Float32Array];

  class WithoutFactor extends MeanSquaredError {
    protected override evaluate(...[n, p, t, dP]: Evaluate): number {
      const value = super.evaluate(n, p, t, dP);
      for (let i = 0; i < n; i++) dP[i] /= 2;
      return value;
    }
  }
  class SumOfSquares extends MeanSquaredError {
    protected override evaluate(...[n, p, t, dP]: Evaluate): number {
      const value = super.evaluate(n, p, t, dP);
      for (let i = 0; i < n; i++) dP[i] *= n;
      return value * n;
    }
  }
  class Swapped extends MeanAbsoluteError {
    protected override evaluate(...[n, p, t, dP]: Evaluate): number {
      return super.evaluate(n, t, p, dP);
    }
  }
  class OnProbabilities extends BinaryCrossEntropy {
    protected override evaluate(...[n, p, t, dP]: Evaluate): number {
      const value = super.evaluate(n, p, t, dP);
      for (let i = 0; i < n; i++) dP[i] = (p[i] - t[i]) / n;
      return value;
    }
  }
  class AllInOneRow extends SoftmaxCrossEntropy {
    protected override evaluate(...[n, p, t, dP]: Evaluate): number {
      return super.evaluate(n, p, t, dP, n);
    }
  }
  class MeanOfElements extends SoftmaxCrossEntropy {
    protected override evaluate(...[n, p, t, dP, columns]: [...Evaluate, columns: number]): number {
      const value = super.evaluate(n, p, t, dP, columns);
      for (let i = 0; i < n; i++) dP[i] /= columns;
      return value / columns;
    }
  }

  test.each<[string, Loss, ReferenceLoss, string[]]>([
    ['MSE without the factor 2', new WithoutFactor(), referenceLosses.meanSquaredError, ['dPrediction']],
    [
      'a sum in place of the mean',
      new SumOfSquares(),
      referenceLosses.meanSquaredError,
      ['value', 'dPrediction'],
    ],
    [
      'MAE with prediction and target swapped',
      new Swapped(),
      referenceLosses.meanAbsoluteError,
      ['dPrediction'],
    ],
    [
      'cross-entropy whose gradient forgets the sigmoid',
      new OnProbabilities(),
      referenceLosses.binaryCrossEntropy,
      ['dPrediction'],
    ],
    ['one softmax over all rows', new AllInOneRow(), softmaxCrossEntropy, ['value', 'dPrediction']],
    [
      'softmax cross-entropy as the mean over all elements',
      new MeanOfElements(),
      softmaxCrossEntropy,
      ['value', 'dPrediction'],
    ],
    ['another loss', new MeanSquaredError(), referenceLosses.meanAbsoluteError, ['value', 'dPrediction']],
  ])('%s', (_name, loss, reference, wrong) => {
    expect(lossMismatches(loss, reference).map((mismatch) => mismatch.split(':')[0])).toEqual(wrong);
  });
});
