import { kernels } from '../tensor/kernels/active.ts';
import { Loss } from './loss.ts';

/** `mean (p - t)²` over all elements, gradient `2 (p - t) / n`. docs/math.md, section 4.1. */
export class MeanSquaredError extends Loss {
  override readonly name = 'mse';

  protected override evaluate(
    n: number,
    prediction: Float32Array,
    target: Float32Array,
    dPrediction: Float32Array,
  ): number {
    return kernels().meanSquaredError(n, prediction, target, dPrediction);
  }
}
